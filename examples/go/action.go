package nucleusseccomp

/*
#include <nucleus_seccomp.h>

// cgo calls no macros.
static uint32_t action_errno(uint32_t e) { return NUCLEUS_ERRNO(e); }
static uint32_t action_trap(uint16_t data) { return NUCLEUS_TRAP(data); }
static uint32_t action_trace(uint16_t data) { return NUCLEUS_TRACE(data); }
*/
import "C"

import (
	"fmt"
	"math"
	"syscall"
)

// An Action is what becomes of a system call, in the kernel's encoding. [Errno], [Trap] and [Trace] make
// those that carry data.
type Action uint32

// From the strictest to the loosest. Between KillThread and Notify come Trap and Errno, after Notify Trace.
const (
	KillProcess Action = C.NUCLEUS_KILL_PROCESS // the process is killed with SIGSYS
	KillThread  Action = C.NUCLEUS_KILL_THREAD  // the thread is: a Go program may hang then
	Notify      Action = C.NUCLEUS_NOTIFY       // a listener answers; without one ENOSYS
	Log         Action = C.NUCLEUS_LOG          // the call runs, with a line in the kernel's log
	Allow       Action = C.NUCLEUS_ALLOW        // the call runs
)

// Errno is the action with which a call does not run and fails with e, at most 4095. Filters refuse the
// action of a larger one.
func Errno(e syscall.Errno) Action {
	return Action(C.action_errno(C.uint32_t(min(e, math.MaxUint32))))
}

// Trap is the action that raises SIGSYS with data in si_errno. Go's runtime ends the program of it.
func Trap(data uint16) Action {
	return Action(C.action_trap(C.uint16_t(data)))
}

// Trace is the action that tells a tracer data. Without a tracer the call fails with ENOSYS.
func Trace(data uint16) Action {
	return Action(C.action_trace(C.uint16_t(data)))
}

// String returns the action in words, such as "errno 1 (operation not permitted)".
func (a Action) String() string {
	switch a {
	case KillProcess:
		return "kill process"
	case KillThread:
		return "kill thread"
	case Notify:
		return "notify"
	case Log:
		return "log"
	case Allow:
		return "allow"
	}
	switch data := uint32(a) & 0xffff; {
	case data <= 4095 && a == Errno(syscall.Errno(data)):
		return fmt.Sprintf("errno %d (%v)", data, syscall.Errno(data))
	case a == Trap(uint16(data)):
		return fmt.Sprintf("trap %d", data)
	case a == Trace(uint16(data)):
		return fmt.Sprintf("trace %d", data)
	}
	return fmt.Sprintf("Action(%#x)", uint32(a))
}
