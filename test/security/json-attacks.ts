import { randomUUID } from 'node:crypto'

/** Valid WebSocket text that attacks a JSON parser or the code that uses its result. */
export interface JsonAttack {
  readonly what: string
  readonly text: string
  readonly code: 'invalid' | 'unknown_event'
}

const message = (msg: string): string =>
  `{"event":"new-message","id":"j","room":"${randomUUID()}","body":{"msg":${msg},"type":"text"}}`
const ping = (body: string): string => `{"event":"ping","id":"j","body":${body}}`
const seqOf = (seq: string): string =>
  `{"event":"list-messages","id":"j","body":{"chat":{"id":"${randomUUID()}"},"query":{"after":${seq}}}}`

const keys = (count: number): string => Array.from({ length: count }, (_, n) => `"k${n}":0`).join(',')
const deep = (open: string, middle: string, close: string, depth: number): string =>
  open.repeat(depth) + middle + close.repeat(depth)

const invalid = (what: string, text: string): JsonAttack => ({ what, text, code: 'invalid' })

export const jsonAttacks: readonly JsonAttack[] = [
  invalid('lists ten thousand deep', deep('[', '', ']', 10_000)),
  invalid('objects ten thousand deep', deep('{"a":', '1', '}', 9_000)),
  invalid('lists ten thousand deep in a body', ping(`{"a":${deep('[', '', ']', 10_000)}}`)),
  invalid('lists thirty thousand deep, never closed', '['.repeat(30_000)),
  invalid('as many keys as a frame holds', ping(`{${keys(6_500)}}`)),
  invalid('as many keys as a frame holds, at the top', `{"event":"ping","id":"j","body":{},${keys(6_500)}}`),
  invalid('the same key again and again', ping(`{${Array.from({ length: 9_000 }, () => '"a":1').join(',')}}`)),
  invalid('__proto__ at the top', '{"event":"ping","id":"j","body":{},"__proto__":{"polluted":1}}'),
  invalid('__proto__ in a body', ping('{"__proto__":{"polluted":1}}')),
  invalid('constructor.prototype', ping('{"constructor":{"prototype":{"polluted":1}}}')),
  { what: '__proto__ for an event', text: '{"event":"__proto__","id":"j","body":{}}', code: 'unknown_event' },
  { what: 'constructor for an event', text: '{"event":"constructor","id":"j","body":{}}', code: 'unknown_event' },
  { what: 'toString for an event', text: '{"event":"toString","id":"j","body":{}}', code: 'unknown_event' },
  invalid('a number above the range of doubles', seqOf('1e400')),
  invalid('an integer above 2^53', seqOf('9007199254740993')),
  invalid('a number of sixty thousand digits', seqOf('9'.repeat(60_000))),
  invalid('a negative number', seqOf('-1')),
  invalid('a fraction', seqOf('0.5')),
  invalid('a number that is text', seqOf('"1"')),
  invalid('a lone surrogate', message('"a\\ud800b"')),
  invalid('surrogates in the wrong order', message('"\\udc00\\ud800"')),
  invalid('U+0000', message('"a\\u0000b"')),
  invalid('a bare control character', message('"a\u0001b"')),
  invalid('a comment', '/* */ {"event":"ping","id":"j","body":{}}'),
  invalid('a trailing comma', '{"event":"ping","id":"j","body":{},}'),
  invalid('two frames in one', '{"event":"ping","body":{}}{"event":"ping","body":{}}'),
  invalid('a byte order mark', '\ufeff{"event":"ping","id":"j","body":{}}'),
  invalid('nothing', ''),
  invalid('blanks', ' '.repeat(60_000)),
  invalid('null', 'null'),
  invalid('text', '"ping"'),
]

/** Texts that the service must store unchanged. */
export const trickyTexts: readonly string[] = [
  `'; drop table event; --`,
  `" or 1=1 --`,
  `$1 $$ \\' \\x00 %s \${msg}`,
  '<script>alert(document.cookie)</script>',
  '<img src=x onerror=alert(1)>',
  '"><svg/onload=alert(1)>',
  'javascript:alert(1)',
  '{"event":"new-message","seq":1}',
  '{{constructor.constructor("return process")()}}',
  'line one\nline two\r\nline three\ttab',
  'separators \u2028 and \u2029',
  'a byte order mark \ufeff in the middle',
  'noncharacters \uffff \ufffe',
  'the replacement character \ufffd',
  'right \u202eto left\u202c, zero \u200bwidth',
  'e\u0301 is not é',
  '👩‍👩‍👧‍👦 𝕏 🏳️‍🌈',
  '\u0001\u001f\u007f\u0080',
  '  leading and trailing  ',
  '__proto__',
  'null',
]
