"""Our own mailboxes: where mail comes in, as whom it goes out, and how each is doing."""
