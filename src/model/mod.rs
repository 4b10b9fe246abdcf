//! What things are: profiles, routes, findings, plans. No input or output here.
