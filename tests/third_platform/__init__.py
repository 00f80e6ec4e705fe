"""The proof that a platform is two modules: one that only these tests know works in every page, command and turn."""
