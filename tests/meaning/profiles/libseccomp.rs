//! runc's way from a profile to libseccomp, and what libseccomp makes of it.
//!
//! Rules go there one by one, as runc hands them on. Of the outcome the proof says how it stands to
//! ours: read as runc it is the same, and else never stricter than ours. What runc adds in front
//! for newer calls is left out on both sides, and so are numbers above 2^31, which are no calls:
//! libseccomp takes them all for x32's.
