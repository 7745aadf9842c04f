:- module(rules_for_modules, [grandparent/2]).
parent(ann, bob).
parent(bob, carl).
0.5::parent(bob, dora).
grandparent(X, Y) :- parent(X, Z), parent(Z, Y).
