// The process is killed at each point of its commits and the store opened again: exactly what was acknowledged is
// there, or one more.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "store/messages.hpp"
#include "store/migrations.hpp"
#include "store/outgoing.hpp"
#include "support/temporary_folder.hpp"
#include "wire/identity.hpp"

namespace sotto::store {
namespace {

const DatabaseKey key(base::Bytes<32>{7});
constexpr std::uint32_t last = 40;

enum class Point { before_the_first_statement, between_two_statements, before_commit, after_commit };

struct Death {
  Point point;
  std::uint32_t number;
};

void die() { ::kill(::getpid(), SIGKILL); }

wire::AccountId somebody() {
  base::Uuid uuid;
  uuid.bytes[6] = 0x80;
  uuid.bytes[8] = 0x80;
  return {uuid};
}

/// Keeps message after message, each with its ciphertext in the same transaction, and says so; dies where it is told.
[[noreturn]] void live(const std::filesystem::path& file, std::optional<Death> death, int to) {
  Store store(file, key);
  for (std::uint32_t number = 1; number <= last; ++number) {
    const auto dies_at = [&](Point point) { return death && death->number == number && death->point == point; };
    const auto kept = store.transact([&](Transaction& in) -> base::Result<void, Problem> {
      if (dies_at(Point::before_the_first_statement)) die();
      Message message{.conversation = somebody(),
                      .sender = somebody(),
                      .message_id = {},
                      .body = std::string(3'000, 'x'),
                      .sent_at = {1},
                      .received_at = {1},
                      .reason = {}};
      message.message_id[0] = static_cast<std::uint8_t>(number);
      message.is_outgoing = true;
      const auto id = messages::keep(in, message);
      if (dies_at(Point::between_two_statements)) die();
      const auto leaving = outgoing::keep(in, {.account = somebody(), .message = id, .message_id = {}, .sent_at = {1}});
      outgoing::keep_request(in, leaving, base::Blob(3'000, static_cast<std::uint8_t>(number)));
      if (dies_at(Point::before_commit)) die();
      return {};
    });
    if (!kept) ::_exit(2);
    if (dies_at(Point::after_commit)) die();
    if (::write(to, &number, sizeof number) != sizeof number) ::_exit(3);
  }
  ::pause();  // until the parent has enough
  ::_exit(4);
}

struct Found {
  std::int64_t messages;
  std::int64_t with_ciphertext;
};

Found look(const std::filesystem::path& file) {
  Store store(file, key);
  const auto checked = store.check();
  EXPECT_TRUE(checked) << checked.error().message;
  return *store.transact([](Transaction& in) -> base::Result<Found, Problem> {
    auto row = in.prepare(
        "SELECT (SELECT count(*) FROM messages), (SELECT count(*) FROM outgoing o JOIN messages m ON m.id = o.message "
        "WHERE o.request IS NOT NULL)");
    row.step();
    return Found{row.number(0), row.number(1)};
  });
}

class Killed : public ::testing::Test {
 protected:
  Killed() {
    Connection database(file, key.expose());
    migrate(database);
  }
  void start(std::optional<Death> death) {
    ASSERT_EQ(::pipe(pipe), 0);
    child = ::fork();
    if (child == 0) live(file, death, pipe[1]);
    ::close(pipe[1]);
  }
  /// Everything it still says until it is dead; kills it after `enough` acknowledgements and a while.
  std::uint32_t acknowledged(std::uint32_t enough, useconds_t while_) {
    std::uint32_t number = 0, told = 0;
    while (told < enough && ::read(pipe[0], &number, sizeof number) == sizeof number) told = number;
    if (enough <= last) {
      ::usleep(while_);
      ::kill(child, SIGKILL);
    }
    while (::read(pipe[0], &number, sizeof number) == sizeof number) told = number;
    ::waitpid(child, nullptr, 0);
    ::close(pipe[0]);
    return told;
  }

  test::TemporaryFolder folder;
  std::filesystem::path file = folder.path / "store.db";
  int pipe[2] = {-1, -1};
  pid_t child = -1;
};

TEST_F(Killed, WithinATransactionLeavesExactlyWhatWasAcknowledged_A55) {
  for (const Point point : {Point::before_the_first_statement, Point::between_two_statements, Point::before_commit}) {
    for (const std::uint32_t number : {1u, 2u, 17u}) {
      std::filesystem::remove(file);
      std::filesystem::remove(file.string() + "-wal");
      std::filesystem::remove(file.string() + "-shm");
      {
        Connection database(file, key.expose());
        migrate(database);
      }
      start(Death{point, number});
      const auto told = acknowledged(last + 1, 0);
      EXPECT_EQ(told, number - 1);
      const Found found = look(file);
      EXPECT_EQ(found.messages, told);
      EXPECT_EQ(found.with_ciphertext, told);
    }
  }
}

TEST_F(Killed, AfterACommitLeavesOneMore_A55) {
  start(Death{Point::after_commit, 5});
  EXPECT_EQ(acknowledged(last + 1, 0), 4u);
  const Found found = look(file);
  EXPECT_EQ(found.messages, 5);
  EXPECT_EQ(found.with_ciphertext, 5);
}

TEST_F(Killed, AtAnyMomentLeavesWhatWasAcknowledgedOrOneMore_A55) {
  for (std::uint32_t round = 1; round <= 24; ++round) {
    start(std::nullopt);
    const auto told = acknowledged(round % 6 + 1, round * 97 % 3'000);
    const Found found = look(file);
    EXPECT_GE(found.messages, told);
    EXPECT_LE(found.messages, told + 1);
    EXPECT_EQ(found.messages, found.with_ciphertext);
    Store store(file, key);
    ASSERT_TRUE(store.transact([&](Transaction& in) -> base::Result<void, Problem> {
      in.database().run("DELETE FROM outgoing; DELETE FROM messages");
      return {};
    }));
  }
}

TEST_F(Killed, WhileItIsMadeLeavesAFolderThatCanBeMadeAnew_A55) {
  using namespace std::chrono_literals;
  for (useconds_t wait = 1'000; wait < 400'000; wait = wait * 2) {
    const test::TemporaryFolder fresh;
    const pid_t maker = ::fork();
    if (maker == 0) {
      struct Zeros final : base::Random {
        void fill(std::span<std::uint8_t> bytes) override { std::ranges::fill(bytes, std::uint8_t{1}); }
      } zeros;
      const auto claimed = DataFolder::claim(fresh.path / "data", 0ms);
      const auto made = Store::create(*claimed, base::view("words"), fastest_allowed, zeros);
      ::_exit(made ? 0 : 1);
    }
    ::usleep(wait);
    ::kill(maker, SIGKILL);
    ::waitpid(maker, nullptr, 0);
    struct Ones final : base::Random {
      void fill(std::span<std::uint8_t> bytes) override { std::ranges::fill(bytes, std::uint8_t{2}); }
    } ones;
    const auto claimed = DataFolder::claim(fresh.path / "data", 0ms);
    ASSERT_TRUE(claimed);
    const auto store = claimed->has_store() ? Store::open(*claimed, base::view("words"))
                                            : Store::create(*claimed, base::view("words"), fastest_allowed, ones);
    ASSERT_TRUE(store) << wait << ' ' << store.error().message;
    EXPECT_TRUE((*store)->check());
  }
}

}  // namespace
}  // namespace sotto::store
