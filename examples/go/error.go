package nucleusseccomp

// #include <nucleus_seccomp.h>
import "C"

import "syscall"

// A Status is what kind of error it is, and an error itself, for [errors.Is]:
//
//	if errors.Is(err, nucleusseccomp.ErrUnknownSyscall) { ... }
type Status int32

// The kinds of errors.
const (
	// ErrInvalidArgument is a value out of its range, or a combination that makes no sense.
	ErrInvalidArgument Status = C.NUCLEUS_ERR_INVALID_ARGUMENT
	// ErrUnknownSyscall is a name that no system call has on any architecture.
	ErrUnknownSyscall Status = C.NUCLEUS_ERR_UNKNOWN_SYSCALL
	// ErrUnsupported is what exists but is not offered here.
	ErrUnsupported Status = C.NUCLEUS_ERR_UNSUPPORTED
	// ErrNotCompiled is a filter that was not compiled, or changed since.
	ErrNotCompiled Status = C.NUCLEUS_ERR_NOT_COMPILED
	// ErrTooLarge is a program of more than the kernel's 4096 instructions.
	ErrTooLarge Status = C.NUCLEUS_ERR_TOO_LARGE
	// ErrUnproven is a program that could not be shown to mean its policy.
	ErrUnproven Status = C.NUCLEUS_ERR_UNPROVEN
	// ErrKernel is a refusal by the kernel; the error wraps its [syscall.Errno].
	ErrKernel Status = C.NUCLEUS_ERR_KERNEL
	// ErrInternal is a bug in the library that was caught.
	ErrInternal Status = C.NUCLEUS_ERR_INTERNAL
	// ErrFile is a profile that can't be read.
	ErrFile Status = C.NUCLEUS_ERR_FILE
	// ErrProfile is a file that is no profile, or has another SHA-256 than it must.
	ErrProfile Status = C.NUCLEUS_ERR_PROFILE
)

// Error returns what the library says of the kind.
func (s Status) Error() string {
	return C.GoString(C.nucleus_status_message(C.nucleus_status(s)))
}

// An Error is the type of all errors of this package, but for those of starting a program.
type Error struct {
	Status  Status        // the kind
	Message string        // the library's sentence: what was asked, what is wrong, what would be right
	Errno   syscall.Errno // of ErrKernel: what the kernel said
	// Thread is the id of the thread that could not follow, when [AllThreads] met one with a filter of its
	// own; else 0. Nothing is confined then.
	Thread int
}

// Error returns the sentence.
func (e *Error) Error() string {
	return "nucleusseccomp: " + e.Message
}

// Unwrap returns the Status, and the Errno if there is one.
func (e *Error) Unwrap() []error {
	if e.Errno != 0 {
		return []error{e.Status, e.Errno}
	}
	return []error{e.Status}
}

// unexplained is an error of which the library says no more than its kind.
func unexplained(status Status) error {
	if status == 0 {
		return nil
	}
	return &Error{Status: status, Message: status.Error()}
}
