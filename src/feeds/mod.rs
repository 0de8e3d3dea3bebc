//! Cards become JSON Feed, RSS and Atom: bytes out, no I/O.
