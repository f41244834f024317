import Testing

/// Clients that mean harm, and parts of rsmd that die. One test at a time: they load the machine and count what is left.
@Suite(.serialized) enum Hostility {}
