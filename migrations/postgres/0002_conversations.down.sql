-- Takes back 0002_conversations.up.sql.
DROP TABLE message_links;
DROP TABLE notices;
DROP TABLE conversations;
