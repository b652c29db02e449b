package nucleusseccomp

// #include <nucleus_seccomp.h>
import "C"

import (
	"runtime"
	"syscall"
)

// A Scope is what a filter confines.
type Scope int

const (
	// AllThreads confines every thread of the process, whether a goroutine runs on it or not; or, if one
	// of them has filters of its own and can't follow, none: the error then has its id. It is the right
	// one for nearly every program, since Go's runtime has threads of its own.
	AllThreads Scope = iota
	// ThisThread confines the calling goroutine alone, by wiring it to its thread ([runtime.LockOSThread])
	// for good: don't unlock it. The thread ends with the goroutine. Programs that it starts are confined; goroutines that
	// it starts are not, as they run elsewhere. In the main goroutine it confines the main thread, which
	// never ends.
	ThisThread
)

// ApplyFlags are ways in which a filter is loaded, joined by |.
type ApplyFlags uint32

const (
	ApplyLog       ApplyFlags = C.NUCLEUS_APPLY_LOG        // what is refused goes to the kernel's log, too
	ApplySpecAllow ApplyFlags = C.NUCLEUS_APPLY_SPEC_ALLOW // faster on some processors, and less safe
)

// NoNewPrivs says whether no_new_privs is set: nothing that is run then gains privileges, set-user-id
// programs included. Without it, loading takes CAP_SYS_ADMIN.
type NoNewPrivs uint32

const (
	NoNewPrivsAsFilter NoNewPrivs = C.NUCLEUS_NO_NEW_PRIVS_AS_FILTER // as AttrNoNewPrivs says; on unless set
	NoNewPrivsOn       NoNewPrivs = C.NUCLEUS_NO_NEW_PRIVS_ON
	NoNewPrivsOff      NoNewPrivs = C.NUCLEUS_NO_NEW_PRIVS_OFF
)

// ApplyOptions say how a filter is applied. The zero value is [AllThreads] and nothing else.
type ApplyOptions struct {
	Scope      Scope
	Flags      ApplyFlags // what the kernel lacks of them is an error, but for ApplyLog
	Preferred  ApplyFlags // taken where the kernel has them
	NoNewPrivs NoNewPrivs
}

// Applied says how a filter was applied.
type Applied struct {
	Flags      ApplyFlags // what is in force
	Missing    ApplyFlags // what was asked for and is not
	NoNewPrivs bool       // whether it was set by this
}

// Apply loads the compiled filter into the kernel. When it returns nil, what the scope says is confined,
// for good, and so is whatever that starts. On error nothing is confined; no_new_privs may be set on the
// thread, and then the goroutine keeps it to itself.
func (f *Filter) Apply(scope Scope) error {
	_, err := f.ApplyWith(ApplyOptions{Scope: scope})
	return err
}

// ApplyWith is Apply with options, and says what came of them.
func (f *Filter) ApplyWith(options ApplyOptions) (Applied, error) {
	defer runtime.KeepAlive(f)
	if err := f.unusable(); err != nil {
		return Applied{}, err
	}
	program := C.nucleus_filter_program(f.handle)
	if program == nil {
		return Applied{}, unexplained(ErrNotCompiled)
	}
	o := C.nucleus_apply_options{
		size:         C.sizeof_nucleus_apply_options,
		flags:        C.uint32_t(options.Flags),
		preferred:    C.uint32_t(options.Preferred),
		no_new_privs: C.uint32_t(options.NoNewPrivs),
	}
	if options.Scope == AllThreads {
		o.flags |= C.NUCLEUS_APPLY_TSYNC
	}
	r := C.nucleus_apply_result{size: C.sizeof_nucleus_apply_result}

	// A thread that became another than the rest never goes back to them.
	runtime.LockOSThread()
	status := C.nucleus_program_apply(program, &o, &r)
	changed := r.no_new_privs != 0
	if status == C.NUCLEUS_OK {
		changed = options.Scope == ThisThread
	}
	if !changed {
		runtime.UnlockOSThread()
	}
	return Applied{
		Flags:      ApplyFlags(r.flags &^ C.NUCLEUS_APPLY_TSYNC),
		Missing:    ApplyFlags(r.missing),
		NoNewPrivs: r.no_new_privs != 0,
	}, refusal(status, &r)
}

func refusal(status C.nucleus_status, r *C.nucleus_apply_result) error {
	switch Status(status) {
	case C.NUCLEUS_OK:
		return nil
	case ErrKernel:
		var message [256]C.char
		C.nucleus_apply_message(r, &message[0], C.size_t(len(message)))
		return &Error{
			Status:  ErrKernel,
			Message: C.GoString(&message[0]),
			Errno:   syscall.Errno(r.error_number),
			Thread:  int(r.thread),
		}
	}
	return unexplained(Status(status))
}

// IsApplied reports whether this process has loaded the filter, in whatever thread. It is no reason not to
// load it in another one.
func (f *Filter) IsApplied() bool {
	defer runtime.KeepAlive(f)
	return C.nucleus_filter_is_applied(f.handle) == 1
}
