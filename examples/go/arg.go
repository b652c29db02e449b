package nucleusseccomp

// #include <nucleus_seccomp.h>
import "C"

// An Op is a comparison of an argument with a value. Both are unsigned.
type Op uint32

// The comparisons.
const (
	NE       Op = C.NUCLEUS_CMP_NE
	LT       Op = C.NUCLEUS_CMP_LT
	LE       Op = C.NUCLEUS_CMP_LE
	EQ       Op = C.NUCLEUS_CMP_EQ
	GE       Op = C.NUCLEUS_CMP_GE
	GT       Op = C.NUCLEUS_CMP_GT
	MaskedEQ Op = C.NUCLEUS_CMP_MASKED_EQ // the bits under Mask are equal to Value
)

// An Arg is a condition on one argument of a system call. The conditions of a rule must all hold; the
// same argument may stand in several, so a range is two of them.
type Arg struct {
	Index uint32 // which argument, 0 to 5
	Op    Op
	// Width is how many bits are compared: 32 for what is an int, an unsigned or flags to the kernel, whose
	// upper half anybody may fill with anything; 64, which 0 means too, for long, size_t and pointers.
	Width uint32
	Value uint64 // what it is compared with; must fit Width, and Mask if there is one
	Mask  uint64 // of MaskedEQ alone
}

// A Call is a system call as a filter sees it.
type Call struct {
	Nr   int32     // the number, such as syscall.SYS_READ
	Arch Arch      // 0 means this program's
	Args [6]uint64 // the six argument registers, whole
}

// An Arch is an architecture, as an AUDIT_ARCH token of the kernel's.
type Arch uint32

// NativeArch returns the architecture of this program.
func NativeArch() Arch {
	return Arch(C.nucleus_arch_native())
}

// String returns the name of the architecture, such as "x86_64".
func (a Arch) String() string {
	if name := C.nucleus_arch_name(C.uint32_t(a)); name != nil {
		return C.GoString(name)
	}
	return "unknown architecture"
}

func conditions(args []Arg) []C.nucleus_arg {
	conditions := make([]C.nucleus_arg, len(args))
	for i, arg := range args {
		conditions[i] = C.nucleus_arg{
			index: C.uint32_t(arg.Index),
			op:    C.uint32_t(arg.Op),
			width: C.uint32_t(arg.Width),
			value: C.uint64_t(arg.Value),
			mask:  C.uint64_t(arg.Mask),
		}
	}
	return conditions
}

func (call Call) data() C.nucleus_call {
	data := C.nucleus_call{nr: C.int32_t(call.Nr), arch: C.uint32_t(call.Arch)}
	if call.Arch == 0 {
		data.arch = C.nucleus_arch_native()
	}
	for i, arg := range call.Args {
		data.args[i] = C.uint64_t(arg)
	}
	return data
}
