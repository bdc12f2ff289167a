// A hostile server and who people are: lists, bundles, accounts. Each attack fails, and the person hears of it.
#include <gtest/gtest.h>

#include "client/people.hpp"
#include "e2e/hostile/hostile_town.hpp"

namespace sotto::test::hostile {
namespace {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

struct HostileServerIdentity : testing::Test {
  HostileServerIdentity() { Town::introduce(ana, ben); }
  /// The text that stays in ana's outbox says why.
  std::string reason_why_nothing_leaves(const std::string& text) {
    const auto kept = ana.engine->enqueue("ben", text);
    CHECK(kept);
    const auto sent = ana.run(ana.engine->drain_outbox());
    const auto message = ana.engine->message(kept->id);
    return sent ? message->reason : sent.error().message;
  }
  std::size_t requests(const std::string& what) const {
    return static_cast<std::size_t>(std::ranges::count(town.shim.passed, what));
  }

  HostileTown town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben"), &eve = town.resident("eve");
};

TEST_F(HostileServerIdentity, ThroughAShimThatDoesNothingAllIsAsEver) {
  ASSERT_TRUE(ana.write(ben, "one"));
  ASSERT_TRUE(ben.write(ana, "two"));
  town.settle();
  EXPECT_EQ(ben.texts(), Texts{"one"});
  EXPECT_EQ(ana.texts(), Texts{"two"});
  EXPECT_TRUE(ana.notices.empty() && ben.notices.empty());
}

TEST_F(HostileServerIdentity, NothingIsEncryptedForKeysThatTheServerPutsIntoABundle_A08) {
  const auto hers = eve.own();
  town.shim.add<ChangesBundles>([&](wire::DeviceBundle& bundle) { bundle.identity_key = hers.identity.public_key; });
  for (const char* text : {"one", "two", "three"})
    EXPECT_NE(reason_why_nothing_leaves(text).find("no session with this contact can be made"), std::string::npos);
  EXPECT_EQ(requests("POST /v1/messages"), 0u);
  town.shim.clear();
  ASSERT_TRUE(ana.run(ana.engine->drain_outbox()));
  ASSERT_TRUE(ben.listen());
  EXPECT_EQ(ben.texts(), (Texts{"one", "two", "three"}));
}

TEST_F(HostileServerIdentity, ABundleWhosePostQuantumPrekeyIsAnotherGetsNothing_A22) {
  town.shim.add<ChangesBundles>([&](wire::DeviceBundle& bundle) { bundle.kyber.key[700] ^= 1; });
  EXPECT_NE(reason_why_nothing_leaves("secret").find("no session"), std::string::npos);
  EXPECT_EQ(requests("POST /v1/messages"), 0u);
}

TEST_F(HostileServerIdentity, WhatWaitsIsNotEncryptedForAnAccountThatTakesTheOthersPlace_A08) {
  ASSERT_TRUE(ana.write(ben, "before"));
  const auto waiting = ana.engine->enqueue("ben", "for ben alone");
  ASSERT_TRUE(waiting);
  const wire::Introduction hers = eve.own().introduction;
  town.shim.add<ShowsList>(ben.own().account_id, hers);
  town.shim.add<ChangesBundles>(
      [&](wire::DeviceBundle& bundle) { bundle.identity_key = eve.own().identity.public_key; });
  auto& another = town.shim.add<WantsAnotherDevice>();
  const auto sent = ana.run(ana.engine->drain_outbox());
  ASSERT_FALSE(sent);
  EXPECT_NE(sent.error().message.find("answered with another account"), std::string::npos);
  EXPECT_EQ(another.asked, 1);
  town.settle();
  EXPECT_TRUE(eve.heard.empty());
  EXPECT_EQ(ana.home.number("SELECT count(*) FROM peer_devices"), 2) << "ben's and ana's";
}

TEST_F(HostileServerIdentity, ADeviceThatOnlyTheServerNamesIsNotWrittenTo_A07) {
  town.shim.add<WantsAnotherDevice>();
  const std::string reason = reason_why_nothing_leaves("to the list alone");
  EXPECT_NE(reason.find("the server refuses the devices on the contact's list"), std::string::npos) << reason;
}

TEST_F(HostileServerIdentity, AListThatTheAccountDidNotSignIsRefusedInWords_A13) {
  // The server names eve's device as ben's, in ben's very list: it can't sign that.
  wire::Introduction forged = ben.own().introduction;
  wire::DeviceList list = *wire::DeviceList::parse(forged.list.statement);
  ++list.order.version;
  list.devices[0].identity_key = eve.own().identity.public_key;
  forged.list.statement = list.serialize();
  town.shim.add<ShowsList>(ben.own().account_id, forged);
  town.shim.add<WantsAnotherDevice>();
  EXPECT_NE(reason_why_nothing_leaves("?").find("do not verify"), std::string::npos);
  (void)ben.listen();
  EXPECT_TRUE(has_loud(ben, "list_unsound")) << "ben is told, too";
}

TEST_F(HostileServerIdentity, ANewRootUnderAKnownIdIsNobody_A13) {
  wire::Introduction forged = eve.own().introduction;
  auto certificate = *wire::AccountCertificate::parse(forged.certificate.statement);
  certificate.account_id = ben.own().account_id;
  const auto root = wire::derive_root_keys(eve.recovery_key);
  forged.certificate =
      wire::Signed::make(wire::names::account_certificate, certificate.serialize(), root.root.private_key, eve.random);
  auto list = *wire::DeviceList::parse(forged.list.statement);
  list.account_id = certificate.account_id;
  list.certificate_hash = wire::hash(wire::names::account_certificate, forged.certificate.statement);
  forged.list = wire::Signed::make(wire::names::device_list, list.serialize(), *eve.own().account_key, eve.random);
  town.shim.add<ShowsList>(certificate.account_id, forged);
  Resident& newcomer = town.resident("newcomer");
  const auto added = newcomer.add(ben);
  ASSERT_FALSE(added);
  EXPECT_NE(added.error().message.find("do not verify"), std::string::npos);
}

TEST_F(HostileServerIdentity, NobodyChangesAnothersListWithAValidSessionOfOnesOwn_A13) {
  // Eve has a device token, ben's challenge and a list that she signed for him.
  const Dump before = ben.home.dump();
  client::Server hers(town.network, town.time, {.authority = *wire::Authority::parse("here:443"), .ca_pem = ""},
                      base::to_base64url(eve.own().token.expose()));
  const auto challenge = eve.run(hers.begin_act(ben.own().account_id));
  ASSERT_TRUE(challenge);
  auto as_if_ben = ben.own();
  as_if_ben.account_key = eve.own().account_key->clone();
  const client::own_list::Intent intent{.name = "mine", .rename = wire::DeviceNumber(1)};
  base::Blob request;
  const auto made = eve.home->transact([&](store::Transaction& in) -> client::Result<void> {
    const client::outbox::Lent lent{.own = as_if_ben, .now = town.time.now(), .random = eve.random};
    auto act = client::own_list::change(in, lent, intent, challenge->challenge);
    if (!act) return act.error();
    request = std::move(act->request);
    return {};
  });
  ASSERT_TRUE(made);
  const auto put = eve.run(hers.put_list(std::move(request)));
  EXPECT_FALSE(put);
  EXPECT_EQ(ben.home.dump(), before);
  EXPECT_EQ(ben.devices().size(), 1u);
}

TEST_F(HostileServerIdentity, AnOldListOfOnesOwnAccountIsNamedLoudly_A07) {
  const wire::Introduction before = ben.own().introduction;
  town.second_of(ben, "ben's tablet");
  town.shim.add<ShowsList>(ben.own().account_id, before);
  ASSERT_TRUE(ben.listen());
  EXPECT_TRUE(has_loud(ben, "list_behind"));
  EXPECT_EQ(ben.devices().size(), 2u) << "what was seen stays";
}

TEST_F(HostileServerIdentity, ARemovalThatTheServerHidesComesWithTheNextMessage_A07) {
  Resident& tablet = town.second_of(ben, "ben's tablet");
  ASSERT_TRUE(ana.write(ben, "to both"));
  town.settle();
  const wire::Introduction with_tablet = ben.own().introduction;
  ASSERT_TRUE(ben.run(ben.engine->change_list({.remove = tablet.own().device})));
  town.shim.add<ShowsList>(ben.own().account_id, with_tablet);
  ASSERT_TRUE(ben.write(ana, "it is gone"));
  ASSERT_TRUE(ana.listen());
  EXPECT_EQ(ana.texts(), Texts{"it is gone"});
  ASSERT_TRUE(ana.write(ben, "to ben alone"));
  EXPECT_EQ(ana.home.number("SELECT count(*) FROM peer_devices"), 2) << "ana's one and ben's one";
  (void)tablet.listen();
  EXPECT_EQ(tablet.texts(), Texts{"to both"});
  ASSERT_FALSE(ana.notices.empty());
  EXPECT_EQ(ana.told().back(), "contact_devices");
}

TEST_F(HostileServerIdentity, TwoListsOfOneVersionAreToldLoudlyAndOnlyDevicesOnBothAreWrittenTo_A07) {
  Resident& tablet = town.second_of(ben, "ben's tablet");
  ASSERT_TRUE(ana.write(ben, "to both"));
  town.settle();
  // Whoever has the account key as well signs another list in the same place, without the tablet.
  const auto forked = signed_anew(ben, [&](wire::DeviceList& list) { list.devices.pop_back(); });
  town.shim.add<ShowsList>(ben.own().account_id, forked);
  {
    auto& another = town.shim.add<WantsAnotherDevice>();
    EXPECT_NE(reason_why_nothing_leaves("to which?").find("contradicts"), std::string::npos);
    EXPECT_GT(another.asked, 0);
    town.shim.clear();
  }
  ASSERT_TRUE(ana.listen());
  EXPECT_TRUE(has_loud(ana, "list_fork"));
  EXPECT_EQ(ana.home.number("SELECT count(*) FROM forks"), 1) << "both are kept as proof";
  town.settle();
  EXPECT_EQ(tablet.texts(), Texts{"to both"}) << "it is on one of the two lists only";
}

TEST_F(HostileServerIdentity, WhatWasEncryptedForADeviceThatLeftIsNotSentToItLater_A07) {
  Resident& tablet = town.second_of(ben, "ben's tablet");
  ASSERT_TRUE(ana.write(ben, "to both"));
  town.settle();
  town.shim.add<DeniesPermits>();
  ASSERT_TRUE(ana.engine->enqueue("ben", "encrypted before"));
  ASSERT_FALSE(ana.run(ana.engine->drain_outbox()));
  town.shim.clear();
  ASSERT_EQ(ana.home.number("SELECT count(*) FROM outgoing WHERE request IS NOT NULL"), 1);
  ASSERT_TRUE(ben.run(ben.engine->change_list({.remove = tablet.own().device})));
  ASSERT_TRUE(ben.write(ana, "my tablet is gone"));
  auto& addressed = town.shim.add<NotesAddressees>();
  town.settle();
  EXPECT_EQ(ben.texts().back(), "encrypted before");
  EXPECT_FALSE(addressed.mailboxes.contains(base::text(tablet.own().mailbox_id.view())));
}

TEST_F(HostileServerIdentity, AMessageWaitsForAListThatADeviceSpeaksOfAndSaysSo_A07) {
  ASSERT_TRUE(ana.write(ben, "one"));
  town.settle();
  ASSERT_TRUE(ben.write(ana, "two"));
  town.settle();
  const wire::Introduction old = ben.own().introduction;
  Resident& tablet = town.visitor("ben's tablet");
  ASSERT_TRUE(tablet.join(ben));
  // Ben's device takes it that ana knows, so it does not bring the list; and the server keeps it from her.
  ben.home.run("UPDATE sessions SET their_version = 99");
  town.shim.add<ShowsList>(ben.own().account_id, old);
  ASSERT_TRUE(ben.write(ana, "do you know my tablet?"));
  ASSERT_TRUE(ana.listen());
  const std::string reason = reason_why_nothing_leaves("to whom?");
  EXPECT_NE(reason.find("newer device list, which the server does not show"), std::string::npos) << reason;
  EXPECT_NE(reason.find("trust --anyway"), std::string::npos) << "and what to do";
  town.shim.clear();
  town.settle();
  EXPECT_EQ(tablet.texts().back(), "to whom?");
}

TEST_F(HostileServerIdentity, WhoClaimsAContactsNameIsAStrangerAllTheSame_A14) {
  ASSERT_TRUE(eve.add(ana));
  eve.home.run("UPDATE own_account SET user_name = 'ben'");
  ASSERT_TRUE(eve.write(ana, "it is me, ben"));
  ASSERT_TRUE(ana.listen());
  ASSERT_EQ(ana.heard.size(), 1u);
  EXPECT_TRUE(ana.heard[0].is_stranger);
  EXPECT_FALSE(ana.heard[0].message.is_verified);
  ASSERT_TRUE(ana.write(ben, "was that you?"));
  (void)eve.listen();
  EXPECT_TRUE(eve.heard.empty());
}

}  // namespace
}  // namespace sotto::test::hostile
