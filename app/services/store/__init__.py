"""What is kept and how: the database, keys, sealed documents and drafts, the record of every act."""
