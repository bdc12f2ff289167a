// The process is killed at every commit, before and after it, and the storage opened again: nothing that was answered
// is lost, nothing is there twice, no one-time key is given twice.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <set>

#include "server/storage/embedded/worker.hpp"
#include "server/storage/storage_support.hpp"

namespace sotto::test {
namespace {

using server::EmbeddedStorage;
using server::Kept;
using server::Registered;

constexpr std::uint64_t letters = 8;

/// What the victim says before it dies: one line for each answer it got.
struct Said {
  std::set<std::string> lines;
  bool has(const std::string& line) const { return lines.contains(line); }
};

struct Story {
  server::NewAccount ana = new_account(1, "ana", 4), bob = new_account(2, "bob", 4);

  static server::NewEnvelopes letter(server::Storage& storage, const server::KnownDevice& to, std::uint64_t number) {
    server::NewEnvelopes made{.envelopes = {}, .upload = number, .day = {20'000}};
    made.envelopes.push_back({.device = to.row,
                              .position = storage.mailboxes().next_position(),
                              .permit_class = server::PermitClass::contact,
                              .bytes = std::make_shared<const base::Blob>(1, static_cast<std::uint8_t>(number))});
    return made;
  }
};

void say(int to, const std::string& line) {
  const std::string text = line + "\n";
  if (::write(to, text.data(), text.size()) < 0) ::_exit(3);
}

/// Lives the story, saying each answer, until it is killed at the given moment.
[[noreturn]] void live(const std::filesystem::path& file, int kill_at, int to) {
  int moment = 0;
  const auto fault = [&moment, kill_at](server::Moment) {
    if (++moment == kill_at) ::kill(::getpid(), SIGKILL);
  };
  asio::io_context io;
  SeededRandom random{3};
  const auto storage = std::move(*EmbeddedStorage::open(
      io.get_executor(), random, {.file = file, .ack_company = std::chrono::milliseconds(0), .fault = fault}));
  const Story story;
  if (*net::run(io, storage->accounts().register_account(story.ana)) == Registered::done) say(to, "ana");
  if (*net::run(io, storage->accounts().register_account(story.bob)) == Registered::done) say(to, "bob");
  const auto bob = **net::run(io, storage->devices().with_token(story.bob.token_hash));
  for (std::uint64_t number = 1; number <= letters; ++number) {
    if (*net::run(io, storage->mailboxes().store(Story::letter(*storage, bob, number))) == Kept::stored)
      say(to, "sent " + std::to_string(number));
    if (number % 2 == 0) {
      const auto bundle =
          net::run(io, storage->prekeys().take(bob.account_row, server::PermitClass::own, {20'000}))->bundles.front();
      if (bundle.one_time) say(to, "key " + std::to_string(bundle.one_time->id));
      const auto queued = *net::run(io, storage->mailboxes().queued(bob.row, 0, 1, 1000));
      const std::vector<std::uint64_t> positions{queued.front().position};
      const auto text = std::to_string(queued.front().envelope[0]);
      say(to, "asked " + text);
      if (net::run(io, storage->mailboxes().acknowledge(bob.row, positions))) say(to, "acked " + text);
    }
  }
  say(to, "end");
  ::_exit(0);
}

Said life(const std::filesystem::path& file, int kill_at) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe(ends.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    live(file, kill_at, ends[1]);
  }
  ::close(ends[1]);
  std::string text;
  std::array<char, 4096> buffer{};
  for (ssize_t size = 0; (size = ::read(ends[0], buffer.data(), buffer.size())) > 0;)
    text.append(buffer.data(), static_cast<std::size_t>(size));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) || (WIFEXITED(status) && WEXITSTATUS(status) == 0));
  Said said;
  for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1)
    said.lines.insert(text.substr(at, end - at));
  return said;
}

void check_aftermath(const std::filesystem::path& file, const Said& said) {
  asio::io_context io;
  SeededRandom random{3};
  auto opened = EmbeddedStorage::open(io.get_executor(), random, {.file = file});
  ASSERT_TRUE(opened) << to_text(opened.error());
  const auto storage = std::move(*opened);
  const Story story;

  const auto ana_again = *net::run(io, storage->accounts().register_account(story.ana));
  const auto bob_again = *net::run(io, storage->accounts().register_account(story.bob));
  if (said.has("ana")) {
    EXPECT_EQ(ana_again, Registered::repeated);
  }
  if (said.has("bob")) {
    EXPECT_EQ(bob_again, Registered::repeated);
  }
  const auto bob = **net::run(io, storage->devices().with_token(story.bob.token_hash));

  std::map<int, int> waiting;
  const auto queued = net::run(io, storage->mailboxes().queued(bob.row, 0, 1000, 1'000'000));
  for (const auto& envelope : *queued) ++waiting[envelope.envelope[0]];
  for (int number = 1; number <= static_cast<int>(letters); ++number) {
    const std::string text = std::to_string(number);
    if (said.has("acked " + text)) {
      EXPECT_EQ(waiting[number], 0) << number;
    }
    if (said.has("sent " + text) && !said.has("asked " + text)) {
      EXPECT_EQ(waiting[number], 1) << number;
    }
    EXPECT_LE(waiting[number], 1) << number;
  }
  for (int i = 0; i < 5; ++i) {
    const auto bundle =
        net::run(io, storage->prekeys().take(bob.account_row, server::PermitClass::own, {20'000}))->bundles.front();
    if (bundle.one_time) {
      EXPECT_FALSE(said.has("key " + std::to_string(bundle.one_time->id)));
    }
  }
}

TEST(StorageKill, A55NothingIsLostOrRepeatedWhereverTheProcessDies) {
  bool has_reached_the_end = false;
  int moments = 0;
  for (int kill_at = 1; !has_reached_the_end && kill_at < 200; ++kill_at) {
    SCOPED_TRACE("killed at moment " + std::to_string(kill_at));
    const TemporaryFolder folder;
    const Said said = life(folder.path / "server.db", kill_at);
    has_reached_the_end = said.has("end");
    check_aftermath(folder.path / "server.db", said);
    ++moments;
  }
  EXPECT_TRUE(has_reached_the_end);
  EXPECT_GT(moments, 30);
}

}  // namespace
}  // namespace sotto::test
