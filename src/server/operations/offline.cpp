#include "server/operations/offline.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <ostream>
#include <system_error>

#include "net/system_time.hpp"
#include "server/data_folder.hpp"
#include "server/operations/commands.hpp"
#include "server/operations/process/privileges.hpp"
#include "server/storage/embedded/maintenance/offline.hpp"

namespace sotto::server {
namespace {

constexpr net::Duration lock_within = std::chrono::seconds(5);

/// Whose the data folder is: what is made in it must be theirs, also when root makes it.
Privileges owner_of(const std::filesystem::path& folder) {
  struct stat found{};
  if (::geteuid() != 0 || ::stat(folder.c_str(), &found) != 0 || found.st_uid == 0) return Privileges(std::nullopt);
  return Privileges(User{.name = "", .uid = found.st_uid, .gid = found.st_gid});
}

std::filesystem::path store_of(const Options& options) { return options.data / "server.db"; }

boost::json::object refusal(const std::string& words) {
  boost::json::object line;
  line["error"] = words;
  return line;
}

boost::json::object to_json(const Restored& restored) {
  boost::json::object line;
  line["store_epoch"] = restored.epoch;
  if (!restored.replaced.empty()) line["replaced"] = restored.replaced.string();
  boost::json::array remarks;
  for (const Finding& finding : restored.findings) remarks.emplace_back(finding.what);
  if (!remarks.empty()) line["remarks"] = std::move(remarks);
  return line;
}

boost::json::object restored(const Options& options, const std::string& backup) {
  const int file = ::open(backup.c_str(), O_RDONLY | O_CLOEXEC);  // as whoever asks: it may be root's
  if (file < 0) return refusal(backup + ": " + std::generic_category().message(errno));
  const auto done = [&]() -> boost::json::object {
    const Privileges privileges = owner_of(options.data);
    const auto as_owner = privileges.as_user();
    const auto folder = DataFolder::open(options.data, lock_within);
    if (!folder) return refusal(options.data.string() + ": " + to_text(folder.error()));
    const auto outcome = restore_store(file, store_of(options), net::SystemClock().now());
    return outcome ? to_json(*outcome) : refusal(outcome.error().words);
  };
  boost::json::object line = done();
  ::close(file);
  return line;
}

}  // namespace

int restore(const Options& options, const std::string& backup, Printed printed, std::ostream& out, std::ostream& err) {
  return print_answer(restored(options, backup), printed, out, err);
}

std::optional<int> act_offline(const Options& options, const Question& question, std::ostream& out, std::ostream& err) {
  if (question.command != "check" && question.command != "compact") return std::nullopt;
  if (!std::filesystem::exists(store_of(options))) return std::nullopt;
  const Privileges privileges = owner_of(options.data);
  const auto as_owner = privileges.as_user();
  const auto folder = DataFolder::open(options.data, {});
  if (!folder) return std::nullopt;
  ::setenv("SQLITE_TMPDIR", options.data.c_str(), 1);
  boost::json::object line;
  if (question.command == "check") {
    const auto found = check_store(store_of(options));
    line = found ? server::to_json(*found) : refusal(found.error().words);
  } else {
    const auto compacted = compact_store(store_of(options));
    line = compacted ? server::to_json(*compacted) : refusal(compacted.error().words);
  }
  return print_answer(line, question.printed, out, err);
}

}  // namespace sotto::server
