#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <thread>

#include "net/handler.hpp"
#include "server/storage/blob_store.hpp"

namespace sotto::server {

/// Blobs in a folder: `ab/abcd….part` while they grow, `ab/abcd…` once they are whole and fsync'd. One thread does all
/// that waits for the disk.
class DiskBlobs final : public BlobStore {
 public:
  DiskBlobs(asio::any_io_executor executor, std::filesystem::path folder);
  ~DiskBlobs() override;  // finishes what is under way

  asio::awaitable<Stored<void>> write(BlobId id, std::uint64_t offset, base::Blob piece) override;
  asio::awaitable<Stored<bool>> finish(BlobId id, std::uint64_t size, base::Bytes<32> sha256) override;
  asio::awaitable<Stored<base::Blob>> read(BlobId id, std::uint64_t offset, std::uint64_t count) override;
  asio::awaitable<Stored<void>> remove(BlobId id) override;
  asio::awaitable<Stored<void>> sweep(std::vector<BlobId> known) override;
  bool is_busy() const override { return pending_ > 0; }

 private:
  struct Task {
    std::function<void()> act;
    net::Handler<> ended;
  };
  template <class T>
  asio::awaitable<Stored<T>> run(std::function<Stored<T>()> act);
  asio::awaitable<void> done(Task task);
  void loop();

  asio::any_io_executor executor_;
  std::filesystem::path folder_;
  std::filesystem::file_time_type started_ = std::filesystem::file_time_type::clock::now();
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Task> tasks_;
  bool is_ending_ = false;
  std::atomic<std::size_t> pending_ = 0;
  std::thread thread_;
};

}  // namespace sotto::server
