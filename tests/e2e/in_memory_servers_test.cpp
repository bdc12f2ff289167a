// Two servers, and people who write to each other across them.
#include <gtest/gtest.h>

#include "client/introductions.hpp"
#include "client/people.hpp"
#include "e2e/town.hpp"
#include "net/http_server.hpp"
#include "server/other_server.hpp"
#include "store/contacts.hpp"

namespace sotto::test {
namespace {

using Texts = std::vector<std::string>;
using std::chrono::minutes;

struct Servers : testing::Test {
  Town town;
  OtherServer there{town, "there"};
  Resident& ana = town.resident("ana");
  Resident& ben = town.resident("ben", "there:443");

  std::size_t tries(const std::string& host) { return std::size_t(std::ranges::count(town.network.tried(), host)); }
  void introduce() { Town::introduce(ana, ben); }
  /// What waits is sent; whether everything is gone.
  client::Result<void> drain(Resident& who) { return who.run(who.engine->drain_outbox()); }
};

TEST_F(Servers, TextsGoBothWaysBetweenPeopleOnDifferentServers) {
  introduce();
  EXPECT_EQ(ana.write(ben, "from here")->state, store::State::sent);
  ASSERT_TRUE(ben.listen());
  EXPECT_EQ(ben.texts(), Texts{"from here"});
  EXPECT_EQ(ben.write(ana, "from there")->state, store::State::sent);
  ASSERT_TRUE(ana.listen());
  EXPECT_EQ(ana.texts(), Texts{"from there"});
}

TEST_F(Servers, ReceiptsComeBackAcrossServers) {
  introduce();
  const auto sent = ana.write(ben, "did it come?");
  ASSERT_TRUE(sent);
  ASSERT_TRUE(ben.listen());
  town.time.run_for(minutes(2));  // receipts are gathered for a while
  ASSERT_TRUE(ben.listen());
  ASSERT_TRUE(ana.listen());
  EXPECT_EQ(ana.engine->message(sent->id)->state, store::State::delivered);
}

TEST_F(Servers, EveryDeviceOnTheOtherServerGetsTheMessageAndOurOwnTheCopy) {
  introduce();
  Resident& tablet = town.visitor("tablet");
  tablet.lives_at = "there:443";
  ASSERT_TRUE(tablet.join(ben));
  Resident& laptop = town.visitor("laptop");
  ASSERT_TRUE(laptop.join(ana));
  town.time.run_for(minutes(1));
  ASSERT_TRUE(ana.listen());
  ASSERT_TRUE(laptop.listen());
  ASSERT_TRUE(ana.write(ben, "to all of yours"));
  ASSERT_TRUE(ben.listen());
  ASSERT_TRUE(tablet.listen());
  EXPECT_EQ(ben.texts(), Texts{"to all of yours"});
  EXPECT_EQ(tablet.texts(), Texts{"to all of yours"});
  town.time.run_for(minutes(1));
  ASSERT_TRUE(ana.listen());
  ASSERT_TRUE(laptop.listen());
  EXPECT_EQ(laptop.history(ben.own().account_id.text()), Texts{"to all of yours"});
}

TEST_F(Servers, ADeviceAddedOnTheOtherServerIsFoundInTheSameOperation) {
  introduce();
  ASSERT_TRUE(ana.write(ben, "one"));
  Resident& tablet = town.visitor("tablet");
  tablet.lives_at = "there:443";
  ASSERT_TRUE(tablet.join(ben));
  EXPECT_EQ(ana.write(ben, "two")->state, store::State::sent);
  ASSERT_TRUE(tablet.listen());
  EXPECT_EQ(tablet.texts(), Texts{"two"});
}

TEST_F(Servers, AddingALinkConnectsNowhere) {
  const std::size_t before = tries("there");
  const auto added = ana.add(ben);
  ASSERT_TRUE(added);
  EXPECT_EQ(added->server, "there:443");
  ASSERT_TRUE(ana.listen());
  EXPECT_EQ(tries("there"), before);
  ASSERT_TRUE(ana.write(ben, "now"));
  EXPECT_GT(tries("there"), before);
}

TEST_F(Servers, NothingConnectsForAStrangerBeforeTheRequestIsAccepted) {
  ASSERT_TRUE(ben.add(ana));
  ASSERT_TRUE(ben.write(ana, "you don't know me"));
  const std::size_t before = tries("there");
  ASSERT_TRUE(ana.listen(minutes(5)));
  EXPECT_EQ(ana.texts(), Texts{"you don't know me"});
  EXPECT_FALSE(ana.engine->enqueue(ben.own().account_id.text(), "hm"));
  ASSERT_TRUE(drain(ana));
  EXPECT_EQ(tries("there"), before);
  ASSERT_TRUE(client::people::accept(*ana.engine, ben.own().account_id.text(), std::nullopt));
  ASSERT_TRUE(drain(ana));
  EXPECT_GT(tries("there"), before);
}

TEST_F(Servers, OneServerThatIsAwayStopsNobodyElse) {
  Resident& cem = town.resident("cem");
  introduce();
  Town::introduce(ana, cem);
  town.network.set_down("there", true);
  const auto waits = ana.engine->enqueue("ben", "later");
  ASSERT_TRUE(waits);
  const auto sent = ana.write(cem, "now");
  ASSERT_TRUE(ana.engine->message(waits->id + 1));
  EXPECT_EQ(ana.engine->message(waits->id + 1)->state, store::State::sent);
  const auto still = ana.engine->message(waits->id);
  EXPECT_NE(still->state, store::State::sent);
  EXPECT_NE(still->reason.find("there:443"), std::string::npos) << "the person is told which server is away";
  town.network.set_down("there", false);
  ana.keep_listening();
  town.time.run_for(minutes(6));
  EXPECT_EQ(ana.engine->message(waits->id)->state, store::State::sent);
}

TEST_F(Servers, AServerThatIsAwayIsTriedLessAndLessOften) {
  introduce();
  ana.keep_listening();
  town.network.set_down("there", true);
  ASSERT_TRUE(ana.engine->enqueue("ben", "later"));
  const std::size_t before = tries("there");
  town.time.run_for(minutes(60));
  EXPECT_GT(tries("there"), before + 8);
  EXPECT_LT(tries("there"), before + 30);
}

TEST_F(Servers, TheOwnServerBeingAwayIsNoReasonAgainstTheOtherPersonsMail) {
  introduce();
  ASSERT_TRUE(ana.write(ben, "one"));
  town.network.set_down("here", true);
  ASSERT_TRUE(ben.listen());
  EXPECT_EQ(ben.texts(), Texts{"one"});
}

TEST_F(Servers, AServerAtAPrivateAddressIsNotConnectedTo) {
  town.network.set_address("there", "10.0.0.7");
  ASSERT_TRUE(ana.add(ben));
  const auto kept = ana.engine->enqueue("ben", "psst");
  const auto refused = drain(ana);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("not at a public address"), std::string::npos) << refused.error().message;
  EXPECT_NE(refused.error().message.find("private-servers"), std::string::npos) << "what can be done";
  EXPECT_EQ(ana.engine->message(kept->id)->state, store::State::queued);
}

TEST_F(Servers, AServerAtAPrivateAddressIsConnectedToIfThePersonAllowsIt) {
  town.network.set_address("there", "10.0.0.7");
  ASSERT_TRUE(ana.add(ben));
  ASSERT_TRUE(ana.engine->enqueue("ben", "psst"));
  ASSERT_FALSE(drain(ana));
  ASSERT_TRUE(ana.engine->allow_private_servers(true));
  EXPECT_TRUE(drain(ana));
}

TEST_F(Servers, AServerInAPrivateNetworkIsConnectedToIfOurOwnIsInOne) {
  town.network.set_address("here", "192.168.1.1");
  town.network.set_address("there", "10.0.0.7");
  introduce();
  EXPECT_EQ(ana.write(ben, "neighbour")->state, store::State::sent);
  town.network.set_address("there", "127.0.0.1");
  ana.restart();
  const auto refused = ana.write(ben, "not this machine");
  EXPECT_FALSE(refused && refused->state == store::State::sent);
}

TEST_F(Servers, ANameThatLeadsElsewhereTheNextTimeIsLookedAtAgain) {
  introduce();
  ASSERT_TRUE(ana.write(ben, "one"));
  town.network.set_address("there", "169.254.169.254");
  town.network.cut_all();
  const auto refused = ana.write(ben, "two");
  EXPECT_FALSE(refused && refused->state == store::State::sent);
}

/// Ben's account gets a list that names another home, signed as it must be; ben says so in his next message.
void move(Resident& who, const std::string& to) {
  const auto moved = who.home->transact([&](store::Transaction& in) -> client::Result<void> {
    auto own = *store::own_account::load(in);
    auto list = *wire::DeviceList::parse(own.introduction.list.statement);
    list.previous = {client::view_of(own.introduction).list_hash};
    ++list.order.version;
    list.home_server = to;
    own.introduction.list =
        wire::Signed::make(wire::names::device_list, list.serialize(), *own.account_key, who.random);
    store::own_account::set_introduction(in, own.introduction);
    client::apply_introduction(in, own.introduction, who.clock.now());
    return {};
  });
  ASSERT_TRUE(moved);
}

struct Moves : Servers {
  OtherServer third{town, "third"};
  void SetUp() override {
    introduce();
    ASSERT_TRUE(ana.write(ben, "one"));
    ASSERT_TRUE(ben.listen());
    move(ben, "third:443");
    ASSERT_TRUE(ben.write(ana, "I have moved"));
    ASSERT_TRUE(ana.listen());
  }
};

TEST_F(Moves, AContactsMoveIsAskedAboutOnceAndSendingWaits) {
  EXPECT_EQ(std::ranges::count(ana.told(), "contact_moved"), 1);
  const auto open = ana.engine->pending_move("ben");
  ASSERT_TRUE(open && *open);
  EXPECT_EQ((*open)->from, "there:443");
  EXPECT_EQ((*open)->to, "third:443");
  const std::size_t before = tries("third");
  const auto kept = ana.engine->enqueue("ben", "where are you?");
  const auto held = drain(ana);
  ASSERT_FALSE(held);
  EXPECT_EQ(held.error().error, client::Error::waiting);
  const auto waits = ana.engine->message(kept->id);
  EXPECT_EQ(waits->state, store::State::queued);
  EXPECT_NE(waits->reason.find("has moved from there:443 to third:443"), std::string::npos) << waits->reason;
  ASSERT_TRUE(ben.write(ana, "hello?"));
  ASSERT_TRUE(ana.listen());
  EXPECT_EQ(std::ranges::count(ana.told(), "contact_moved"), 1);
  EXPECT_EQ(tries("third"), before);
}

TEST_F(Moves, AfterTheAnswerWhatWaitsGoesToTheNewServer) {
  ASSERT_TRUE(ana.engine->enqueue("ben", "where are you?"));
  ASSERT_FALSE(drain(ana));
  ASSERT_TRUE(ana.engine->allow_move("ben"));
  EXPECT_FALSE(*ana.engine->pending_move("ben"));
  const std::size_t before = tries("third");
  const auto sent = drain(ana);
  EXPECT_FALSE(sent) << "nobody there knows him: he has not really moved";
  EXPECT_GT(tries("third"), before);
  EXPECT_FALSE(ana.engine->allow_move("ben")) << "it is answered";
}

TEST_F(Servers, ALinkWhoseServerShowsAListOfAnotherHomeIsAQuestionToo) {
  auto link = *ben.engine->address();
  ASSERT_TRUE(ana.run(ana.engine->add_contact(link.text(), "ben")));
  move(ben, "third:443");
  ASSERT_TRUE(ben.add(ana));
  ASSERT_TRUE(ben.write(ana, "I have moved"));
  ASSERT_TRUE(ana.listen());
  EXPECT_EQ(std::ranges::count(ana.told(), "contact_moved"), 1);
  const std::size_t before = tries("third");
  ASSERT_TRUE(ana.engine->enqueue("ben", "?"));
  EXPECT_FALSE(drain(ana));
  EXPECT_EQ(tries("third"), before);
}

TEST_F(Servers, AListBelowTheLinksFloorIsNotTaken) {
  auto link = *ben.engine->address();
  link.epoch += 1;
  ASSERT_TRUE(ana.run(ana.engine->add_contact(link.text(), "ben")));
  ASSERT_TRUE(ana.engine->enqueue("ben", "?"));
  const auto refused = drain(ana);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("older statements than the link names"), std::string::npos)
      << refused.error().message;
}

/// What a gateway in front of the server, or a network that wants a login, answers.
class Answering {
 public:
  Answering(Town& town, const std::string& host, std::string answer)
      : answer_(std::move(answer)), acceptor_(std::move(*town.network.listen({.host = host, .port = 443}, {}))) {
    net::spawn(town.io.get_executor(), serve(*this));
  }
  void close() { acceptor_->close(); }

 private:
  static net::asio::awaitable<void> serve(Answering& self) {
    while (true) {
      auto stream = co_await self.acceptor_->accept();
      if (!stream) co_return;
      base::Bytes<4096> request{};
      const auto got = co_await net::read_some(**stream, request);
      const auto written = co_await net::write_all(**stream, base::view(self.answer_));
      (void)got, (void)written;
      (*stream)->finish();
    }
  }
  std::string answer_;
  std::unique_ptr<net::Acceptor> acceptor_;
};

TEST_F(Servers, ARedirectIsNeverFollowed) {
  introduce();
  there.kill();
  Answering gateway(town, "there",
                    "HTTP/1.1 302 Found\r\nLocation: https://elsewhere/\r\nContent-Length: 0\r\n"
                    "Connection: close\r\n\r\n");
  const auto kept = ana.engine->enqueue("ben", "?");
  const auto refused = drain(ana);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("is not followed"), std::string::npos) << refused.error().message;
  EXPECT_EQ(tries("elsewhere"), 0u);
  EXPECT_EQ(ana.engine->message(kept->id)->state, store::State::queued);
  gateway.close();
}

TEST_F(Servers, ALoginPageInTheServersPlaceIsToldAndTheMessageIsKept) {
  introduce();
  town.kill();
  const std::string page = "<html>Welcome to the airport</html>";
  Answering portal(town, "here",
                   "HTTP/1.1 511 Network Authentication Required\r\nContent-Type: text/html\r\nContent-Length: " +
                       std::to_string(page.size()) + "\r\nConnection: close\r\n\r\n" + page);
  const auto kept = ana.engine->enqueue("ben", "?");
  const auto refused = drain(ana);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().error, client::Error::unreachable);
  EXPECT_NE(refused.error().message.find("login page"), std::string::npos) << refused.error().message;
  EXPECT_EQ(ana.engine->message(kept->id)->state, store::State::queued);
  portal.close();
}

TEST_F(Servers, ThePinOfListAndLinkIsAskedForWhereTheContactLives) {
  wire::Hash pin{};
  pin.fill(7);
  town.network.set_pin({.host = "there", .port = 443}, pin);
  Resident& dana = town.visitor("dana");
  dana.lives_at = "there:443";
  dana.tls_pin = pin;
  ASSERT_TRUE(dana.enrol());
  EXPECT_EQ(dana.engine->address()->tls_pin, pin);
  Town::introduce(ana, dana);
  EXPECT_EQ(ana.write(dana, "one")->state, store::State::sent);
  ASSERT_TRUE(dana.listen());
  // Somebody else answers for that name, by whichever certificate.
  wire::Hash other{};
  town.network.set_pin({.host = "there", .port = 443}, other);
  town.network.cut_all();
  const auto refused = ana.write(dana, "two");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("pinned key"), std::string::npos) << refused.error().message;
}

TEST_F(Servers, AClockThatIsWrongByMinutesIsToldOnceAndShown) {
  ana.clock.ahead_ms = -20 * 60'000;
  ASSERT_TRUE(ana.listen());
  ASSERT_TRUE(ana.listen());
  EXPECT_EQ(std::ranges::count(ana.told(), "clock_wrong"), 1);
  const auto status = ana.run(ana.engine->status());
  ASSERT_TRUE(status && status->clock_behind);
  EXPECT_EQ(std::chrono::duration_cast<minutes>(*status->clock_behind).count(), 20);
}

TEST_F(Servers, AClockThatIsRightIsNotSpokenOf) {
  ana.clock.ahead_ms = 60'000;
  ASSERT_TRUE(ana.listen());
  EXPECT_EQ(std::ranges::count(ana.told(), "clock_wrong"), 0);
  EXPECT_FALSE(ana.run(ana.engine->status())->clock_behind);
}

}  // namespace
}  // namespace sotto::test
