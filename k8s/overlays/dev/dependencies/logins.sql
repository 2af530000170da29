create role chat_writer login password 'writer';
create role chat_gateway login password 'gateway';
create role chat_sweeper login password 'sweeper';
create role chat_relay login password 'relay';
