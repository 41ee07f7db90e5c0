"""The paper's section on policy as models: alliances, coalitions and what hangs on their assumptions."""
