test {
    _ = @import("asking.zig");
    _ = @import("confining.zig");
}
