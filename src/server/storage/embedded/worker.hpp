#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "net/handler.hpp"
#include "server/storage/embedded/database.hpp"
#include "server/storage/problem.hpp"

namespace sotto::server {

/// What is to be done with the database, and what it gave; made by one thread, used by a worker, read again by the
/// first.
struct Job {
  std::function<void(Database&)> act;        // may run more than once: what it gave last counts
  std::function<void(StorageProblem)> fail;  // instead of what it gave
  net::Handler<> ended;                      // called on the executor, once, after the commit; may be empty
};

enum class Urgency {
  prompt,
  patient,  // waits for others to share their commit with, at most WorkerOptions::patience
};

/// Moments at which tests kill the process.
enum class Moment { before_commit, after_commit };
using Fault = std::function<void(Moment)>;

struct WorkerOptions {
  std::chrono::milliseconds patience{0};
  Fault fault = {};
  std::function<void()> taken_back = {};  // called on the worker's thread after whatever was done has been undone
};

/// A thread with a connection of its own and a queue. A reader does one job after the other. A writer takes all that
/// wait, each in a savepoint, and commits them together: one fsync for many, and a job that fails takes no other with
/// it.
class Worker {
 public:
  Worker(asio::any_io_executor executor, std::unique_ptr<Database> database, Database::Access access,
         WorkerOptions options);
  ~Worker();  // finishes the queue
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  template <class T>
  asio::awaitable<Stored<T>> run(std::function<T(Database&)> work, Urgency urgency = Urgency::prompt) {
    const auto result = std::make_shared<std::optional<Stored<T>>>();  // shared with the job
    Job job;
    job.act = [result, work = std::move(work)](Database& database) { result->emplace(work(database)); };
    job.fail = [result](StorageProblem problem) { result->emplace(problem); };
    co_await done(std::move(job), urgency);
    co_return std::move(**result);
  }
  asio::awaitable<Stored<void>> run(std::function<void(Database&)> work, Urgency urgency = Urgency::prompt);
  /// The same for what nobody waits for. In the queue when it returns.
  void start(std::function<void(Database&)> work);
  template <class T>
  void start(std::function<T(Database&)> work, net::Handler<Stored<T>> done) {
    const auto result = std::make_shared<std::optional<Stored<T>>>();  // shared with the job
    Job job;
    job.act = [result, work = std::move(work)](Database& database) { result->emplace(work(database)); };
    job.fail = [result](StorageProblem problem) { result->emplace(problem); };
    job.ended = net::Handler<>([result, done = std::move(done)]() mutable { done(std::move(**result)); });
    push(std::move(job), Urgency::prompt);
  }

  std::size_t pending() const { return pending_; }  // not yet posted back
  std::uint64_t commits() const { return commits_; }

 private:
  asio::awaitable<void> done(Job job, Urgency urgency);
  void push(Job job, Urgency urgency);
  void loop();
  std::vector<Job> next_batch();  // waits; empty at the end
  void read(Job& job);
  void write(std::span<Job> batch);
  void write_each_alone(std::span<Job> batch);

  asio::any_io_executor executor_;
  std::unique_ptr<Database> database_;
  Database::Access access_;
  WorkerOptions options_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Job> queue_;
  std::optional<std::chrono::steady_clock::time_point> due_;  // by when what waits must be begun
  bool is_ending_ = false;
  std::atomic<std::size_t> pending_ = 0;
  std::atomic<std::uint64_t> commits_ = 0;
  std::thread thread_;
};

}  // namespace sotto::server
