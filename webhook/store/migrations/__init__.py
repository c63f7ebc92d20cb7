"""How the tables came to be what `schema` says. Each revision is written out and never edited afterwards."""
