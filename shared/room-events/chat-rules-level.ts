/** The feature level that introduced roles and rules: `update-chat`, `update-members`, `list-members`, bans, and images and data of chats. */
export const chatRulesLevel = 3
