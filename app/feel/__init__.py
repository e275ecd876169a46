"""FEEL, the DMN standard's expression language: text -> JSON tree -> value; knows nothing of the rest."""
