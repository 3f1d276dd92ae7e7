"""Old mail from files: mbox, Maildir, .eml, and archives of these, filed through the same ledger as any mail."""
