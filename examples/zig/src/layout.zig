//! Structs of ours that are handed to C as they are.
const std = @import("std");

/// Compiles only if `Ours` is laid out as `Theirs`, field by field and name by name.
pub fn same(comptime Ours: type, comptime Theirs: type) void {
    const ours = @typeInfo(Ours).@"struct".field_names;
    const theirs = @typeInfo(Theirs).@"struct".field_names;
    if (@sizeOf(Ours) != @sizeOf(Theirs) or ours.len != theirs.len)
        @compileError(@typeName(Ours) ++ " is not " ++ @typeName(Theirs));
    for (ours, theirs) |our, their| {
        if (!std.mem.eql(u8, our, their) or
            @offsetOf(Ours, our) != @offsetOf(Theirs, our) or
            @sizeOf(@FieldType(Ours, our)) != @sizeOf(@FieldType(Theirs, our)))
            @compileError(@typeName(Ours) ++ "." ++ our ++ " is not " ++ @typeName(Theirs) ++ "." ++ their);
    }
}
