#include "server/start.hpp"

#include <google/protobuf/stubs/logging.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <ostream>

#include "base/log.hpp"
#include "base/process.hpp"
#include "crypto/start.hpp"
#include "crypto/system_random.hpp"
#include "net/main_loop.hpp"
#include "net/system_time.hpp"
#include "net/tcp_transport.hpp"
#include "server/data_folder.hpp"
#include "server/operations/process/heap.hpp"
#include "server/operations/process/listeners.hpp"
#include "server/operations/process/sandbox.hpp"
#include "server/operations/process/service_manager.hpp"
#include "server/operations/s3.hpp"
#include "server/operations/service.hpp"
#include "server/storage/embedded/embedded_storage.hpp"

namespace sotto::server {
namespace {

constexpr net::Duration lock_within = std::chrono::seconds(5);

struct Failure {
  std::string text;
};
template <class T>
using Start = base::Result<T, Failure>;

/// A connection takes a file; shells and services begin with few.
void raise_file_limit(const Options& options) {
  constexpr std::size_t others = 64;  // listeners, the database's, the log
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur < options.connections + others)
    base::log::warning("fewer files may be open than connections are allowed", base::Count{files.rlim_cur});
}

Start<Privileges> privileges_of(const Options& options) {
  if (options.user.empty()) {
    if (::geteuid() == 0) base::log::warning("it runs as root, and stays so: no user was named to become");
    return Privileges(std::nullopt);
  }
  auto user = user_named(options.user);
  if (!user) return Failure{"user: this system knows no " + options.user};
  if (::geteuid() == user->uid) return Privileges(std::nullopt);
  if (::geteuid() != 0) return Failure{"user: only root can become " + options.user};
  return Privileges(std::move(user));
}

Start<DataFolder> open_folder(const Options& options, const Privileges& privileges) {
  if (const auto made = privileges.make_folder(options.data); !made)
    return Failure{options.data.string() + ": the data folder can't be made (" + made.error() + ")"};
  const auto as_user = privileges.as_user();
  auto folder = DataFolder::open(options.data, lock_within);
  if (!folder) return Failure{options.data.string() + ": " + to_text(folder.error())};
  return std::move(*folder);
}

std::filesystem::path folder_of(const std::filesystem::path& file) {
  std::error_code failure;
  return std::filesystem::absolute(file, failure).parent_path();
}

/// A file may be replaced by another one, or lead somewhere else: what may be read is the folder, at both ends.
void add_folders_of(const std::filesystem::path& file, std::vector<std::filesystem::path>& folders) {
  if (file.empty()) return;
  std::error_code failure;
  folders.push_back(folder_of(file));
  const auto real = std::filesystem::canonical(file, failure);
  if (!failure) folders.push_back(real.parent_path());
}

Sandbox sandbox_of(const Options& options) {
  Sandbox sandbox{.writable = {options.data, folder_of(options.socket_path())}};
  for (const net::ListenAddress& address : options.listen_plain) {
    if (!address.endpoint) sandbox.writable.push_back(folder_of(address.path));
  }
  for (const std::filesystem::path& file :
       {options.file, std::filesystem::path(options.tls_certificate), std::filesystem::path(options.tls_key)})
    add_folders_of(file, sandbox.readable);
  for (const std::filesystem::path& file : files_for_s3(options)) {
    sandbox.readable.push_back(file);
    std::error_code failure;
    const auto real = std::filesystem::canonical(file, failure);  // resolv.conf is a link at many systems
    if (!failure) sandbox.readable.push_back(real);
  }
  return sandbox;
}

Start<void> confine_process(const Options& options, const Privileges& privileges) {
  if (const auto given_up = privileges.give_up(); !given_up) return Failure{"user: " + given_up.error()};
  ::setenv("SQLITE_TMPDIR", options.data.c_str(), 1);  // where the database's own temporary files may be
  if (!options.sandbox) return {};
  const Confined confined = confine(sandbox_of(options));
  if (!confined.no_new_privileges) return Failure{"sandbox: the system does not let a process give up rights"};
  if (!confined.files) base::log::info("this kernel does not confine files (Landlock)");
  if (!confined.calls) base::log::info("this kernel does not confine system calls (seccomp)");
  return {};
}

/// Read before the process is confined: the key file is not to be read again.
Start<std::optional<S3Options>> s3_options(const Options& options, const Privileges& privileges) {
  if (!options.s3_endpoint) return std::optional<S3Options>();
  const auto as_user = privileges.as_user();
  auto s3 = s3_of(options);
  if (!s3) return Failure{s3.error()};
  return std::optional(std::move(*s3));
}

asio::awaitable<void> try_out(S3Blobs& blobs) {
  const auto tried = co_await blobs.try_out();
  if (tried) base::log::info("the S3 storage answers");
}

/// Says in the log whether the storage can be used; it may be away when this server starts.
std::unique_ptr<BlobStore> s3_blobs(const S3Options& s3, const Options& options, net::Transport& transport,
                                    net::Timer& timer, net::Clock& clock) {
  auto blobs = std::make_unique<S3Blobs>(transport, timer, clock, options.data / "uploads", s3);
  net::spawn(timer.executor(), try_out(*blobs));
  return blobs;
}

Start<void> serve(const Options& options, const Reread& reread, std::ostream& out) {
  base::log::set_up(options.log_format, options.log_level);
  raise_file_limit(options);
  if (const auto started = crypto::start(); !started) return Failure{"the system's cryptography can't be used"};
  TRY(const Privileges privileges, privileges_of(options));
  TRY(const DataFolder folder, open_folder(options, privileges));

  net::MainLoop loop;
  net::SystemTimer timer(loop.executor());
  net::SystemClock clock;
  crypto::SystemRandom random;
  const ServiceManager manager;
  Metrics metrics;
  watch_process(metrics);

  TRY(const auto s3, s3_options(options, privileges));

  auto listeners = Listeners::open(options, privileges, timer, out);
  if (!listeners) return Failure{listeners.error()};
  TRY_VOID(confine_process(options, privileges));

  net::TcpTransport transport(timer);
  EmbeddedOptions where{.file = options.data / "server.db"};
  if (s3) where.blobs = s3_blobs(*s3, options, transport, timer, clock);
  const auto storage = EmbeddedStorage::open(loop.executor(), random, std::move(where));
  if (!storage) return Failure{options.data.string() + ": " + to_text(storage.error())};
  metrics.watch(Metrics::Kind::counter, "sotto_commits_total", "transactions of the storage, each synced to disk",
                [&storage] { return double((*storage)->commits()); });

  Service service({.options = options,
                   .storage = **storage,
                   .clock = clock,
                   .timer = timer,
                   .random = random,
                   .loop = loop,
                   .manager = manager,
                   .metrics = metrics,
                   .reread = reread},
                  std::move(*listeners));
  service.start();
  for (const std::string& line : service.lines()) out << line << '\n';
  out << std::flush;
  manager.ready();
  loop.run();
  base::log::info("stopped");
  return {};
}

}  // namespace

int run(const Options& options, const Reread& reread, std::ostream& out, std::ostream& err) {
  base::harden_process();
  google::protobuf::SetLogHandler(nullptr);  // it would write of each malformed body, on nobody's format
  keep_freed_memory();
  const auto served = serve(options, reread, out);
  if (served) return 0;
  err << "sotto-server: " << served.error().text << '\n' << std::flush;
  return 1;
}

}  // namespace sotto::server
