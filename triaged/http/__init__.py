"""HTTP for whoever answers it: server, routes, guards, bodies, answers, the event stream."""
