//! `vireod`: the command line, and from there to `vireod::daemon`.

fn main() {}
