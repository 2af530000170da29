create role chat_writer login password 'writer';
create role chat_gateway login password 'gateway';
