#include "server/operations/process/seccomp.hpp"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sotto::server {
namespace {

#if defined(__x86_64__)
constexpr unsigned this_machine = AUDIT_ARCH_X86_64;
constexpr unsigned foreign_calls = 0x4000'0000;  // the x32 calls, and above
#elif defined(__aarch64__)
constexpr unsigned this_machine = AUDIT_ARCH_AARCH64;
constexpr unsigned foreign_calls = 0xFFFF'FFFF;
#else
constexpr unsigned this_machine = 0;
constexpr unsigned foreign_calls = 0;
#endif

/// What no server of ours does. A list of what it does would have to follow every release of the C library, of OpenSSL
/// and of the kernel, and its gaps would be found by people; this one closes the ways out that exploits take.
constexpr unsigned refused[] = {
    // other programs, other processes
    SYS_execve, SYS_execveat, SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_pidfd_getfd, SYS_kcmp,
    // the kernel's larger doors
    SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register,
    SYS_keyctl, SYS_add_key, SYS_request_key, SYS_personality, SYS_memfd_create,
    // another view of the system
    SYS_unshare, SYS_setns, SYS_chroot, SYS_pivot_root, SYS_mount, SYS_umount2, SYS_move_mount, SYS_open_tree,
    SYS_fsopen, SYS_fsconfig, SYS_fsmount, SYS_fspick, SYS_name_to_handle_at, SYS_open_by_handle_at, SYS_mknodat,
    // its administration
    SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_reboot, SYS_swapon, SYS_swapoff,
    SYS_sethostname, SYS_setdomainname, SYS_settimeofday, SYS_clock_settime, SYS_clock_adjtime, SYS_adjtimex, SYS_acct,
    SYS_quotactl, SYS_syslog, SYS_vhangup,
    // other users' rights
    SYS_setuid, SYS_setgid, SYS_setreuid, SYS_setregid, SYS_setresuid, SYS_setresgid, SYS_setgroups, SYS_setfsuid,
    SYS_setfsgid, SYS_capset};

constexpr unsigned verdict_yes = SECCOMP_RET_ALLOW;
constexpr unsigned verdict_no = SECCOMP_RET_ERRNO | EPERM;

sock_filter load(std::size_t offset) { return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<unsigned>(offset)); }
sock_filter give(unsigned verdict) { return BPF_STMT(BPF_RET | BPF_K, verdict); }
sock_filter unless_equal_skip(unsigned value, unsigned char count) {
  return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, count);
}

/// Refuses a call whose third argument has all of these bits.
void refuse_if_third_has(std::vector<sock_filter>& program, unsigned call, unsigned bits) {
  constexpr std::size_t third = offsetof(seccomp_data, args) + 2 * sizeof(std::uint64_t);  // its lower half comes first
  program.push_back(unless_equal_skip(call, 5));
  program.push_back(load(third));
  program.push_back(BPF_STMT(BPF_ALU | BPF_AND | BPF_K, bits));
  program.push_back(unless_equal_skip(bits, 1));
  program.push_back(give(verdict_no));
  program.push_back(give(verdict_yes));
}

std::vector<sock_filter> filter() {
  std::vector<sock_filter> program{load(offsetof(seccomp_data, arch)),
                                   unless_equal_skip(this_machine, 1),
                                   BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0),
                                   give(SECCOMP_RET_KILL_PROCESS),
                                   load(offsetof(seccomp_data, nr)),
                                   BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, foreign_calls, 0, 1),
                                   give(verdict_no)};
  refuse_if_third_has(program, SYS_mmap, PROT_WRITE | PROT_EXEC);
  refuse_if_third_has(program, SYS_mprotect, PROT_EXEC);
  refuse_if_third_has(program, SYS_pkey_mprotect, PROT_EXEC);
  for (const unsigned call : refused) {
    program.push_back(unless_equal_skip(call, 1));
    program.push_back(give(verdict_no));
  }
  program.push_back(give(verdict_yes));
  return program;
}

}  // namespace

bool confine_calls() {
  if (this_machine == 0) return false;
  std::vector<sock_filter> program = filter();
  const sock_fprog given{.len = static_cast<unsigned short>(program.size()), .filter = program.data()};
  return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &given) == 0;
}

}  // namespace sotto::server
