// The server is killed at seeded moments while people write to each other over real sockets: nothing that was answered
// is lost, nothing comes again after the server said that it is gone, each mailbox keeps its order. KILLS says how
// often (15).
#include <fcntl.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdlib>

#include "crypto/system_random.hpp"
#include "net/main_loop.hpp"
#include "server/program.hpp"
#include "server/server.hpp"
#include "server/storage/embedded/embedded_storage.hpp"
#include "server/storage/embedded/worker.hpp"
#include "server/storms/storm_people.hpp"
#include "server/temporary_folder.hpp"

namespace sotto::test {
namespace {

namespace fs = std::filesystem;

std::size_t kills() {
  const char* const asked = std::getenv("KILLS");  // NOLINT(concurrency-mt-unsafe): nobody sets it
  return asked ? std::strtoull(asked, nullptr, 10) : 15;
}

/// The server as a process of its own, which kills itself at the given moment around a commit.
[[noreturn]] void serve_until(const fs::path& data, const net::Endpoint& on, int deadly) {
  ::close_range(3, ~0u, 0);  // the people's ends of their connections are not this process's
  net::MainLoop loop;
  net::SystemTimer timer(loop.executor());
  net::SystemClock clock;
  crypto::SystemRandom random;
  net::TcpTransport transport(timer);
  int moment = 0;
  server::EmbeddedOptions options{.file = data / "server.db"};
  options.fault = [&moment, deadly](server::Moment) {
    if (++moment == deadly) ::kill(::getpid(), SIGKILL);
  };
  const auto storage = server::EmbeddedStorage::open(loop.executor(), random, std::move(options));
  if (!storage) ::_exit(2);
  server::Server server(**storage, clock, timer, random, {});
  const auto acceptor = transport.listen(on, {.certificate_file = (data / "tls" / "server.pem").string(),
                                              .key_file = (data / "tls" / "server-key.pem").string()});
  if (!acceptor) ::_exit(3);
  net::spawn(loop.executor(), server.serve(**acceptor));
  loop.run();
  ::_exit(4);
}

struct KillStorm : testing::Test, StormWorld {
  KillStorm() {
    start_program();
    for (int number = 1; number <= 8; ++number) {
      const auto habit = number % 2 == 0 ? StormPerson::Habit::is_there : StormPerson::Habit::looks_in_now_and_then;
      people.push_back(std::make_unique<StormPerson>(*this, number, habit));
      people.back()->move_in();
    }
    StormPerson::ended = 0;
    for (const auto& person : people) {
      net::spawn(io.get_executor(), person->be_written_to());
      net::spawn(io.get_executor(), person->read());
    }
  }

  void start_program() {
    program = std::make_unique<Program>(
        std::vector<std::string>{"--data", data.string(), "--listen", "127.0.0.1:" + std::to_string(endpoint.port)});
    endpoint = *net::parse_endpoint(program->line("listening on https://"));
    tls.ca_file = (data / "tls" / "ca.pem").string();
  }
  void note_death() {
    ++chronicle.deaths;
    run_for(Milliseconds(chance() % 20));  // nobody answers for a while
  }
  /// Everybody gets an answer and reads what is left; what was promised is compared with what came.
  void end_well() {
    chronicle.is_ending = true;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    const auto is_over = [this] {
      return StormPerson::ended == static_cast<int>(people.size()) && chronicle.lost() == 0;
    };
    while (!is_over() && std::chrono::steady_clock::now() < deadline) run_for(Milliseconds(20));
    EXPECT_EQ(StormPerson::ended, static_cast<int>(people.size()));
    EXPECT_EQ(chronicle.lost(), 0u);
    EXPECT_EQ(chronicle.come_again(), 0u);
    EXPECT_EQ(chronicle.wrong, std::vector<std::string>{});
    using Letter = Chronicle::Letter;
    std::printf("%zu deaths, %zu letters, %zu of them over a death, %zu deliveries, %zu confirmed\n", chronicle.deaths,
                chronicle.letters.size(), chronicle.count(&Letter::had_to_retry), chronicle.deliveries,
                chronicle.count(&Letter::is_gone));
    EXPECT_GT(chronicle.letters.size(), 5 * kills());
    EXPECT_GT(chronicle.count(&Letter::had_to_retry), kills() / 2);
    EXPECT_GT(chronicle.count(&Letter::is_gone), kills());
  }
  void expect_sound() {
    server::EmbeddedOptions options{.file = data / "server.db"};
    SeededRandom random{3};
    asio::io_context own;
    const auto storage = server::EmbeddedStorage::open(own.get_executor(), random, std::move(options));
    ASSERT_TRUE(storage);
    EXPECT_TRUE(net::run(own, (*storage)->maintenance().check())->empty());
  }

  TemporaryFolder folder;
  fs::path data = folder.path / "data";
  std::mt19937_64 chance{kills()};
  std::unique_ptr<Program> program;
  std::vector<std::unique_ptr<StormPerson>> people;
};

TEST_F(KillStorm, NothingThatTheProgramAnsweredIsLostOrComesAgain) {
  for (std::size_t i = 0; i < kills(); ++i) {
    run_for(Milliseconds(20 + chance() % 150));
    program.reset();  // SIGKILL
    note_death();
    start_program();
  }
  end_well();
  program.reset();
  expect_sound();
}

TEST_F(KillStorm, NorIfItDiesBetweenASyncAndTheAnswerOrJustBefore) {
  run_for(Milliseconds(50));
  program.reset();
  note_death();
  for (std::size_t i = 0; i < kills(); ++i) {
    const pid_t child = ::fork();
    if (child == 0) serve_until(data, endpoint, static_cast<int>(1 + chance() % 40));
    int status = 0;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (::waitpid(child, &status, WNOHANG) == 0) {
      if (std::chrono::steady_clock::now() > deadline) ::kill(child, SIGKILL);
      run_for(Milliseconds(1));
    }
    ASSERT_TRUE(WIFSIGNALED(status)) << WEXITSTATUS(status);
    note_death();
  }
  start_program();
  end_well();
  program.reset();
  expect_sound();
}

}  // namespace
}  // namespace sotto::test
