"""The command ``nesy``: one module for each of its commands, which import the stages only when they run."""
