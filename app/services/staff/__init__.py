"""Officers and their posts: accounts made, posts given and taken."""
