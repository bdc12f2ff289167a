#include "server/storage/embedded/worker.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.hpp"

namespace sotto::server {
namespace {

constexpr std::size_t max_batch = 256;  // jobs in one transaction

StorageProblem problem_of(const SqlError& error) {
  if (error.code == SQLITE_FULL) return StorageProblem::full;
  base::log::error("storage failed", base::Code{error.code});
  return StorageProblem::failed;
}

void roll_back(Database& database) {
  try {
    if (database.is_in_transaction()) database.execute("ROLLBACK");
  } catch (const SqlError& error) {
    base::log::error("storage did not roll back", base::Code{error.code});
  }
}

}  // namespace

Worker::Worker(asio::any_io_executor executor, std::unique_ptr<Database> database, Database::Access access,
               WorkerOptions options)
    : executor_(std::move(executor)),
      database_(std::move(database)),
      access_(access),
      options_(std::move(options)),
      thread_([this] { loop(); }) {}

Worker::~Worker() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  arrived_.notify_one();
  thread_.join();
}

asio::awaitable<Stored<void>> Worker::run(std::function<void(Database&)> work, Urgency urgency) {
  const auto problem = std::make_shared<std::optional<StorageProblem>>();  // shared with the job
  Job job;
  job.act = [problem, work = std::move(work)](Database& database) {
    problem->reset();
    work(database);
  };
  job.fail = [problem](StorageProblem what) { *problem = what; };
  co_await done(std::move(job), urgency);
  if (*problem) co_return **problem;
  co_return Stored<void>();
}

void Worker::start(std::function<void(Database&)> work) {
  Job job;
  job.act = std::move(work);
  job.fail = [](StorageProblem) {};  // logged where it happened
  push(std::move(job), Urgency::prompt);
}

asio::awaitable<void> Worker::done(Job job, Urgency urgency) {
  Job* const given = &job;  // a lambda in a co_await owns nothing (g++ 12); `job` lives in our frame
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
      [this, given, urgency](auto handler) {
        given->ended = net::Handler<>(std::move(handler));
        push(std::move(*given), urgency);
      },
      asio::use_awaitable);
}

void Worker::push(Job job, Urgency urgency) {
  ++pending_;
  const auto now = std::chrono::steady_clock::now();
  const auto due = urgency == Urgency::prompt ? now : now + options_.patience;
  bool is_sooner = false;
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(job));
    is_sooner = !due_ || due < *due_;
    if (is_sooner) due_ = due;
  }
  if (is_sooner) arrived_.notify_one();
}

std::vector<Job> Worker::next_batch() {
  std::unique_lock lock(mutex_);
  while (!is_ending_ && (!due_ || *due_ > std::chrono::steady_clock::now())) {
    if (due_) {
      arrived_.wait_until(lock, *due_);
    } else {
      arrived_.wait(lock);
    }
  }
  const std::size_t size = std::min(queue_.size(), access_ == Database::Access::write ? max_batch : 1);
  const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(size);
  std::vector<Job> batch(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
  queue_.erase(queue_.begin(), end);
  if (queue_.empty()) due_.reset();
  return batch;
}

void Worker::loop() {
  for (;;) {
    std::vector<Job> batch = next_batch();
    if (batch.empty()) return;
    if (access_ == Database::Access::write) {
      write(batch);
    } else {
      read(batch.front());
    }
    // One call for all of them; what they take with them dies with it.
    const std::size_t count = batch.size();
    asio::post(executor_, [ended = std::move(batch)]() mutable {
      for (Job& job : ended) {
        if (job.ended) job.ended();
      }
    });
    pending_ -= count;  // only now, so that whoever sees 0 finds everything posted
  }
}

void Worker::read(Job& job) {
  try {
    job.act(*database_);
  } catch (const SqlError& error) {
    job.fail(problem_of(error));
  }
}

void Worker::write(std::span<Job> batch) {
  try {
    database_->execute("BEGIN IMMEDIATE");
    for (const Job& job : batch) {
      Query(*database_, "SAVEPOINT job").run();
      try {
        job.act(*database_);
      } catch (const SqlError& error) {
        if (!database_->is_in_transaction()) throw;  // SQLite has given up all of it
        Query(*database_, "ROLLBACK TO job").run();
        if (options_.taken_back) options_.taken_back();
        job.fail(problem_of(error));
      }
      Query(*database_, "RELEASE job").run();
    }
    if (options_.fault) options_.fault(Moment::before_commit);
    Query(*database_, "COMMIT").run();
    ++commits_;
    if (options_.fault) options_.fault(Moment::after_commit);
  } catch (const SqlError& error) {
    roll_back(*database_);
    if (options_.taken_back) options_.taken_back();
    if (batch.size() == 1) return batch.front().fail(problem_of(error));
    write_each_alone(batch);
  }
}

void Worker::write_each_alone(std::span<Job> batch) {
  for (Job& job : batch) write({&job, 1});
}

}  // namespace sotto::server
