"""Publishing and its receipts: the dialog, the progress, who got what, show, hide, retract."""
