// The table of admission (design, section 4) as far as its kinds exist: every cell has its verdict here.
#include <gtest/gtest.h>

#include "client/correspondent.hpp"

namespace sotto::test {
namespace {

enum class Outer { prekey, signal };
enum class Session { none, pending, current, archived };  // that the receiver holds with the sender
enum class Account { known, unknown };                    // to the receiver
enum class Device { listed, never_listed };               // on the list held, or on the one that the message brings
enum class Expected { accept, refuse };

struct Cell {
  Outer outer;
  Session session;
  Account account;
  Device device;
  Expected expected;
};

using enum Outer;
using enum Session;
using enum Account;
using enum Device;
using enum Expected;

// The default is to refuse. A listed device of a known account is heard in any session that can read the message; an
// unknown account only by a prekey message that brings the list on which its key stands.
constexpr Cell cells[] = {
    {prekey, none, known, listed, accept},
    {signal, none, known, listed, refuse},
    {prekey, none, known, never_listed, refuse},
    {signal, none, known, never_listed, refuse},
    {prekey, none, unknown, listed, accept},
    {signal, none, unknown, listed, refuse},
    {prekey, none, unknown, never_listed, refuse},
    {signal, none, unknown, never_listed, refuse},

    {prekey, pending, known, listed, accept},
    {signal, pending, known, listed, accept},
    {prekey, pending, known, never_listed, refuse},
    {signal, pending, known, never_listed, refuse},
    {prekey, pending, unknown, listed, accept},
    {signal, pending, unknown, listed, refuse},
    {prekey, pending, unknown, never_listed, refuse},
    {signal, pending, unknown, never_listed, refuse},

    {prekey, current, known, listed, accept},
    {signal, current, known, listed, accept},
    {prekey, current, known, never_listed, refuse},
    {signal, current, known, never_listed, refuse},
    {prekey, current, unknown, listed, accept},
    {signal, current, unknown, listed, refuse},
    {prekey, current, unknown, never_listed, refuse},
    {signal, current, unknown, never_listed, refuse},

    {prekey, archived, known, listed, accept},
    {signal, archived, known, listed, accept},
    {prekey, archived, known, never_listed, refuse},
    {signal, archived, known, never_listed, refuse},
    {prekey, archived, unknown, listed, accept},
    {signal, archived, unknown, listed, refuse},
    {prekey, archived, unknown, never_listed, refuse},
    {signal, archived, unknown, never_listed, refuse},
};

std::string name_of(const ::testing::TestParamInfo<Cell>& info) {
  const Cell& cell = info.param;
  const char* sessions[] = {"none", "pending", "current", "archived"};
  return std::string(cell.outer == prekey ? "prekey" : "signal") + "_session_" +
         sessions[static_cast<std::size_t>(cell.session)] + (cell.account == known ? "_known" : "_unknown") +
         (cell.device == listed ? "_listed" : "_never_listed");
}

class Admission : public ::testing::TestWithParam<Cell> {
 protected:
  Correspondent ana{"ana", 1}, ben{"ben", 2};

  /// Both hold each other's statements and the sessions that the cell asks for.
  void arrange(const Cell& cell) {
    ana.knows(ben);
    ben.knows(ana);
    if (cell.session == pending) {
      const base::Blob first = ben.write(ana, "I began");
      if (cell.outer == signal) CHECK(ana.receive(first));  // so that ana answers within it
    } else {
      Correspondent::converse(ana, ben);
    }
    if (cell.session == none) ben.drop_session(ana);
    if (cell.session == archived) ben.archive_session(ana);
    if (cell.outer == prekey) {
      ana.drop_session(ben);
      ana.start_session(ben);
    }
  }
  /// What ben holds of ana afterwards.
  void forget(const Cell& cell) {
    if (cell.account == unknown) ben.forgets(ana);
    if (cell.account == known && cell.device == never_listed) {
      ben.holds_instead(ana.changed_list([this](wire::DeviceList& list) { list.devices = {ana.another_device(2)}; }));
    }
  }
};

TEST_P(Admission, DecidesAsTheTableSays_A04_A56) {
  const Cell& cell = GetParam();
  arrange(cell);
  wire::Content content = ana.content(ben, "may I?");
  if (cell.account == unknown && cell.device == never_listed) {
    content.introduction = ana.changed_list([this](wire::DeviceList& list) { list.devices = {ana.another_device(2)}; });
  }
  const base::Blob bytes = ana.seal(ben, content);
  const auto opened = client::sealing::open(bytes, ben.own().identity);
  ASSERT_EQ(opened->content.type, cell.outer == prekey ? protocol::ContentType::prekey : protocol::ContentType::signal);
  forget(cell);

  const Dump before = ben.home.dump();
  const auto verdict = ben.receive(bytes);
  if (cell.expected == accept) {
    ASSERT_EQ(outcome(verdict), "accepted");
    EXPECT_EQ(std::get<Accepted>(*verdict).message.body, "may I?");
    EXPECT_EQ(outcome(ben.receive(bytes)), "duplicate") << "shown once";
  } else {
    EXPECT_FALSE(verdict) << outcome(verdict);
    EXPECT_EQ(ben.home.dump(), before) << "a refusal changes nothing";
  }
}

INSTANTIATE_TEST_SUITE_P(Table, Admission, ::testing::ValuesIn(cells), name_of);

}  // namespace
}  // namespace sotto::test
