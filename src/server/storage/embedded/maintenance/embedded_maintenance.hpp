#pragma once
#include <atomic>

#include "server/storage/embedded/worker.hpp"
#include "server/storage/maintenance.hpp"

namespace sotto::server {

class EmbeddedMaintenance final : public Maintenance {
 public:
  /// The writer is the store's; `file` gets two more connections, each with a thread: what takes long must not hold up
  /// figures, and neither of them a client's reading.
  EmbeddedMaintenance(asio::any_io_executor executor, Worker& writer, std::filesystem::path file, std::uint64_t epoch);

  std::uint64_t epoch() const override { return epoch_; }
  asio::awaitable<Maintained<StorageFigures>> figures() override;
  asio::awaitable<Maintained<BackedUp>> back_up(std::string name) override;
  asio::awaitable<Maintained<std::vector<Finding>>> check() override;
  asio::awaitable<Maintained<Compacted>> compact() override;

  /// What is under way ends early.
  void end() { is_ending_ = true; }
  bool is_busy() const { return keeper_.pending() + counter_.pending() > 0; }

 private:
  template <class T>
  asio::awaitable<Maintained<T>> on(Worker& worker, std::function<Maintained<T>(Database&)> work);

  Worker& writer_;
  std::filesystem::path file_;
  std::uint64_t epoch_;
  std::atomic<bool> is_ending_ = false;
  Worker keeper_;  // copies, checks
  Worker counter_;
};

}  // namespace sotto::server
