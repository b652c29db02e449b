package nucleusseccomp

/*
#cgo pkg-config: nucleus-seccomp
#include <stdlib.h>
#include <nucleus_seccomp.h>
*/
import "C"

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"unsafe"
)

// A Filter says which system calls get which action, and after [Filter.Compile] has the program for it.
// It is made by [New].
type Filter struct {
	handle  *C.nucleus_filter // nil once closed
	cleanup runtime.Cleanup
	err     error // the first failure: it sticks
}

// Policies are the modes of the built-in policy, for [Filter.UseDefault] and [Filter.Harden].
type Policies uint32

// The modes, of which several may be joined by |.
const (
	Network Policies = C.NUCLEUS_POLICY_NETWORK // AF_INET and AF_INET6 sockets can be opened
	Strict  Policies = C.NUCLEUS_POLICY_STRICT  // what would fail with an errno gets the default action
	JIT     Policies = C.NUCLEUS_POLICY_JIT     // memory may be writable and executable at once
)

// A Level is a published list of calls, each within the next, for [Filter.UseLevel].
type Level uint32

// The levels. A Go program needs LevelMinimal at least.
const (
	LevelEssential    Level = C.NUCLEUS_LEVEL_ESSENTIAL
	LevelMinimal      Level = C.NUCLEUS_LEVEL_MINIMAL
	LevelIOHeavy      Level = C.NUCLEUS_LEVEL_IO_HEAVY
	LevelCompute      Level = C.NUCLEUS_LEVEL_COMPUTE
	LevelNetwork      Level = C.NUCLEUS_LEVEL_NETWORK
	LevelUnrestricted Level = C.NUCLEUS_LEVEL_UNRESTRICTED
)

// An Attr is an attribute of a filter, for [Filter.SetAttr].
type Attr uint32

// Attributes. The last three are 1 or 0, the others actions.
const (
	AttrBadArch    Attr = C.NUCLEUS_ATTR_BAD_ARCH     // for calls of architectures that are not covered
	AttrDeny       Attr = C.NUCLEUS_ATTR_DENY         // for denied calls
	AttrUnknown    Attr = C.NUCLEUS_ATTR_UNKNOWN      // for calls newer than the library
	AttrNoNewPrivs Attr = C.NUCLEUS_ATTR_NO_NEW_PRIVS // is no_new_privs set first? 1 unless set
	AttrLog        Attr = C.NUCLEUS_ATTR_LOG          // does what is refused go to the kernel's log?
	AttrSpecAllow  Attr = C.NUCLEUS_ATTR_SPEC_ALLOW   // is the mitigation of speculative stores left out?
)

// New makes a filter in which every system call of this machine's architecture gets the default action,
// and every other architecture's kills the process.
func New(defaultAction Action) (*Filter, error) {
	var handle *C.nucleus_filter
	status := C.nucleus_filter_new(C.uint32_t(defaultAction), &handle)
	if status != C.NUCLEUS_OK {
		return nil, unexplained(Status(status))
	}
	f := &Filter{handle: handle}
	f.cleanup = runtime.AddCleanup(f, func(handle *C.nucleus_filter) { C.nucleus_filter_free(handle) }, handle)
	return f, nil
}

// Close frees the filter. One that was applied stays in force. Closing twice is fine; a filter that is
// never closed is freed with the garbage.
func (f *Filter) Close() error {
	f.cleanup.Stop()
	C.nucleus_filter_free(f.handle)
	f.handle = nil
	return nil
}

// Allow lets the call run, whatever its arguments.
func (f *Filter) Allow(name string) error {
	return f.changeByText("allow", func(text []*C.char) C.nucleus_status {
		return C.nucleus_filter_allow(f.handle, text[0])
	}, name)
}

// Deny refuses the call, whatever else is said of it, before or after.
func (f *Filter) Deny(name string) error {
	return f.changeByText("deny", func(text []*C.char) C.nucleus_status {
		return C.nucleus_filter_deny(f.handle, text[0])
	}, name)
}

// AddRule gives the call an action when all conditions hold; without conditions always. Of several rules
// the strictest that matches decides; their order never matters.
func (f *Filter) AddRule(action Action, name string, args ...Arg) error {
	return f.changeByText("add_rule", func(text []*C.char) C.nucleus_status {
		args := conditions(args)
		return C.nucleus_filter_add_rule(f.handle, C.uint32_t(action), text[0], unsafe.SliceData(args), C.size_t(len(args)))
	}, name)
}

// UseDefault adds the built-in policy, under which ordinary programs run.
func (f *Filter) UseDefault(modes Policies) error {
	return f.change(func() C.nucleus_status { return C.nucleus_filter_use_default(f.handle, C.uint32_t(modes)) })
}

// UseLevel allows the calls of a level and of all before it. No argument is checked: see [Filter.Harden].
func (f *Filter) UseLevel(level Level) error {
	return f.change(func() C.nucleus_status { return C.nucleus_filter_use_level(f.handle, C.uint32_t(level)) })
}

// Harden adds the argument checks of the built-in policy to whatever the filter lets run. Let it be the
// last change.
func (f *Filter) Harden(modes Policies) error {
	return f.change(func() C.nucleus_status { return C.nucleus_filter_harden(f.handle, C.uint32_t(modes)) })
}

// LoadOCI loads a profile of the OCI runtime specification from a file: the form that Docker, Podman and
// Kubernetes take. The file must have the SHA-256, 64 hexadecimal digits, unless that is empty.
// [Filter.ProfileReport] says what was left out or made stricter.
func (f *Filter) LoadOCI(path, sha256 string) error {
	if sha256 == "" {
		return f.changeByText("load_oci", func(text []*C.char) C.nucleus_status {
			return C.nucleus_filter_load_oci(f.handle, text[0], nil, 0)
		}, path)
	}
	return f.changeByText("load_oci", func(text []*C.char) C.nucleus_status {
		return C.nucleus_filter_load_oci(f.handle, text[0], text[1], 0)
	}, path, sha256)
}

// SetAttr sets an attribute. An [Action] is a value by uint32(action).
func (f *Filter) SetAttr(attr Attr, value uint32) error {
	return f.change(func() C.nucleus_status {
		return C.nucleus_filter_set(f.handle, C.uint32_t(attr), C.uint32_t(value))
	})
}

func (f *Filter) has(attr Attr) bool {
	var value C.uint32_t
	err := f.ask(func() C.nucleus_status { return C.nucleus_filter_get(f.handle, C.uint32_t(attr), &value) })
	return err == nil && value != 0
}

// Compile makes the program, and proves that it means what was asked for. It returns the first error of
// all methods before it.
func (f *Filter) Compile() error {
	return f.change(func() C.nucleus_status { return C.nucleus_filter_compile(f.handle) })
}

// Report returns what the last Compile found that is legal but hardly meant, a line each.
func (f *Filter) Report() string {
	defer runtime.KeepAlive(f)
	return C.GoString(C.nucleus_filter_report(f.handle))
}

// ProfileReport returns what of the profile was left out or made stricter, a line each.
func (f *Filter) ProfileReport() string {
	defer runtime.KeepAlive(f)
	return C.GoString(C.nucleus_filter_profile_report(f.handle))
}

// Evaluate returns the action that the policy has for a call, compiled or not.
func (f *Filter) Evaluate(call Call) (Action, error) {
	data, action := call.data(), C.uint32_t(0)
	err := f.ask(func() C.nucleus_status { return C.nucleus_filter_evaluate(f.handle, &data, &action) })
	return Action(action), err
}

// An Order is what comes of comparing two filters.
type Order uint32

// The first filter against the second, over all calls there are.
const (
	Equal        Order = C.NUCLEUS_EQUAL        // the same for every call
	Stricter     Order = C.NUCLEUS_STRICTER     // stricter for some, looser for none
	Looser       Order = C.NUCLEUS_LOOSER       // looser for some, stricter for none
	Incomparable Order = C.NUCLEUS_INCOMPARABLE // both
)

// Compare compares the filter with another, exactly, for every call there is.
func (f *Filter) Compare(other *Filter) (Order, error) {
	if other.err != nil {
		return 0, other.err
	}
	var order C.uint32_t
	defer runtime.KeepAlive(other)
	err := f.ask(func() C.nucleus_status {
		return C.nucleus_filter_compare(f.handle, other.handle, &order, nil, nil)
	})
	return Order(order), err
}

// A Format is a form in which a program is exported.
type Format uint32

// The formats; the header has more.
const (
	BPF        Format = C.NUCLEUS_EXPORT_BPF        // the instructions, as the kernel takes them
	JSON       Format = C.NUCLEUS_EXPORT_JSON       // what the program costs
	Pseudocode Format = C.NUCLEUS_EXPORT_PSEUDOCODE // what becomes of every call, for eyes
	Dot        Format = C.NUCLEUS_EXPORT_DOT        // the same as a picture, for Graphviz
)

// Export writes the compiled program.
func (f *Filter) Export(w io.Writer, format Format) error {
	text, err := f.export(format)
	if err == nil {
		_, err = w.Write(text)
	}
	return err
}

func (f *Filter) export(format Format) ([]byte, error) {
	var size C.size_t
	err := f.ask(func() C.nucleus_status {
		return C.nucleus_filter_export(f.handle, C.uint32_t(format), nil, &size)
	})
	text := make([]byte, size)
	if err != nil {
		return nil, err
	}
	err = f.ask(func() C.nucleus_status {
		return C.nucleus_filter_export(f.handle, C.uint32_t(format), unsafe.Pointer(unsafe.SliceData(text)), &size)
	})
	return text[:size], err
}

// change does something to the filter. The first failure sticks, in Go as in C: once it has happened,
// nothing more is tried, and every method returns it.
func (f *Filter) change(body func() C.nucleus_status) error {
	defer runtime.KeepAlive(f)
	if err := f.unusable(); err != nil {
		return err
	}
	if status := body(); status != C.NUCLEUS_OK {
		f.err = &Error{Status: Status(status), Message: C.GoString(C.nucleus_filter_error(f.handle))}
	}
	return f.err
}

// changeByText is change with strings for C. What C would cut off at a zero byte is an error: "ptrace\x00"
// was hardly meant as ptrace.
func (f *Filter) changeByText(verb string, body func([]*C.char) C.nucleus_status, goText ...string) error {
	var text []*C.char
	for _, s := range goText {
		if strings.IndexByte(s, 0) >= 0 && f.unusable() == nil {
			message := fmt.Sprintf("%s: there is a zero byte in %q", verb, s)
			f.err = &Error{Status: ErrInvalidArgument, Message: message}
		}
		c := C.CString(s)
		defer C.free(unsafe.Pointer(c))
		text = append(text, c)
	}
	return f.change(func() C.nucleus_status { return body(text) })
}

// ask calls a function that only looks at the filter. It leaves no sentence there.
func (f *Filter) ask(body func() C.nucleus_status) error {
	defer runtime.KeepAlive(f)
	if err := f.unusable(); err != nil {
		return err
	}
	return unexplained(Status(body()))
}

func (f *Filter) unusable() error {
	if f.handle == nil {
		return &Error{Status: ErrInvalidArgument, Message: "the filter is closed"}
	}
	return f.err
}
