% A ProbLog program: its query and its evidence stay in it.
0.2::old(1).
0.3::old(2).
some_old :- old(_).
query(old(_)).
evidence(old(1)).
