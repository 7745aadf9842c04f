"""The native grounder: tabled evaluation of clauses that are compiled to Python."""
