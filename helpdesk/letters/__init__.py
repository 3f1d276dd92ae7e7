"""Letters to people: composed as plain EmailMessages, sent through a transport, each delivery a row."""
