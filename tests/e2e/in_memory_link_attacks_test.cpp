// Linking against links, servers and guests that mean no good: each ends with words, and nothing is changed.
#include "base/encoding.hpp"
#include "client/introductions.hpp"
#include "e2e/link_table.hpp"
#include "support/registration_draft.hpp"

namespace sotto::test {
namespace {

using namespace std::chrono_literals;

struct InMemoryLinkAttacks : LinkTable {
  InMemoryLinkAttacks() : ben_before(without_tries(ben)), tablet_before(without_tries(tablet)) {}

  void expect_nothing_changed() {
    town.time.settle();
    EXPECT_TRUE(without_tries(ben) == ben_before);
    EXPECT_TRUE(without_tries(tablet) == tablet_before);
    EXPECT_FALSE(*tablet.engine->has_account());
    const auto status = ben.run(ben.engine->refresh_own());
    EXPECT_TRUE(status);
    EXPECT_EQ(ben.devices().size(), 1u) << "nor at the server";
  }
  /// The link of a try that has begun on the tablet.
  wire::DeviceLink begun() {
    sit_down();
    const auto link = town_run(here->begin(wish()));
    CHECK(link);
    return *wire::DeviceLink::parse(*link);
  }
  client::Server nobody() {
    return client::Server(town.network, town.time, {.authority = *wire::Authority::parse("here:443"), .ca_pem = ""},
                          "");
  }

  Dump ben_before, tablet_before;
};

void expect_says(const client::Problem& problem, const std::string& words) {
  EXPECT_NE(problem.message.find(words), std::string::npos) << problem.message;
}

TEST_F(InMemoryLinkAttacks, AWrongFirstCodeShowsNoSecondAndEndsTheTry_A05) {
  const std::string right = meet();
  const auto second = town_run(there->confirm(right == "123456" ? "654321" : "123456"));
  ASSERT_FALSE(second);
  expect_says(second.error(), "not the code that the new device shows");
  const auto finished = town_run(here->finish("000000"));
  EXPECT_FALSE(finished);
  expect_nothing_changed();
}

TEST_F(InMemoryLinkAttacks, AfterAWrongFirstCodeTheRightOneIsOfNoUse_A05) {
  const std::string right = meet();
  ASSERT_FALSE(town_run(there->confirm("no code")));
  const auto second = town_run(there->confirm(right));
  ASSERT_FALSE(second);
  expect_says(second.error(), "no linking is under way");
  EXPECT_FALSE(town_run(here->finish("no code")));
  EXPECT_FALSE(town_run(here->finish("000000")));
  EXPECT_FALSE(town_run(here->await_offer()));
  expect_nothing_changed();
}

TEST_F(InMemoryLinkAttacks, AWrongSecondCodeRedeemsNothing) {
  const std::string right = confirm();
  const auto [finished, added] = together(here->finish(right == "123456" ? "654321" : "123456"), there->add("it"));
  ASSERT_FALSE(finished);
  ASSERT_FALSE(added);
  expect_says(finished.error(), "not the code that an admin device of this account shows");
  expect_says(added.error(), "ended the linking");
  expect_nothing_changed();
}

TEST_F(InMemoryLinkAttacks, ABundleThatTheLinkDidNotPromiseGetsNoOffer) {
  wire::DeviceLink link = begun();
  link.bundle_hash[0] ^= 1;
  const auto [offered, met] = together(here->await_offer(), there->meet(link.text()));
  ASSERT_FALSE(met);
  ASSERT_FALSE(offered);
  expect_says(met.error(), "not the device of this link");
  expect_says(offered.error(), "ended the linking");
  expect_nothing_changed();
}

TEST_F(InMemoryLinkAttacks, ADeviceThatRevealsWhatTheLinkDidNotPromiseGetsNoCode) {
  wire::DeviceLink link = begun();
  link.reveal_hash[0] ^= 1;
  const auto [offered, met] = together(here->await_offer(), there->meet(link.text()));
  ASSERT_FALSE(met);
  expect_says(met.error(), "not the device of this link");
  ASSERT_TRUE(offered);
  EXPECT_FALSE(town_run(here->finish("000000")));
  expect_nothing_changed();
}

TEST_F(InMemoryLinkAttacks, ADeviceAtAnotherServerIsNotGoneTo) {
  wire::DeviceLink link = begun();
  link.home_server = "elsewhere:443";
  const auto met = town_run(there->meet(link.text()));
  ASSERT_FALSE(met);
  expect_says(met.error(), "elsewhere:443");
  EXPECT_EQ(ben.home.number("SELECT count(*) FROM linking_tries"), 0) << "nobody was met";
}

TEST_F(InMemoryLinkAttacks, ADeviceThatIsNoAdminAddsNone) {
  Resident& laptop = town.visitor("ben's laptop");
  ASSERT_TRUE(laptop.join(ben));
  const wire::DeviceLink link = begun();
  linking::Admin other(*laptop.engine);
  const auto met = town_run(other.meet(link.text()));
  ASSERT_FALSE(met);
  expect_says(met.error(), "only an admin device");
}

TEST_F(InMemoryLinkAttacks, ALinkForADeviceIsReadByNothingElse_A05) {
  const std::string link = begun().text();
  const auto added = ben.run(ben.engine->add_contact(link, std::nullopt));
  ASSERT_FALSE(added);
  expect_says(added.error(), "a code for linking a device");
  const auto met = town_run(there->meet(ana.engine->address()->text()));
  ASSERT_FALSE(met);
  expect_says(met.error(), "this is a contact link");
}

TEST_F(InMemoryLinkAttacks, ALinkThatAnAttackerRelaysLinksNothingWithoutTheCodeOnTheirScreen_A05) {
  // The attacker's own device waits, and its live link is brought to ben, who believes it to be something else.
  Resident& eve = town.visitor("eve");
  linking::NewDevice hers(*eve.engine);
  sit_down();
  const auto link = town_run(hers.begin(wish()));
  ASSERT_TRUE(link);
  const auto [offered, met] = together(hers.await_offer(), there->meet(*link));
  ASSERT_TRUE(offered && met);
  const std::string guess = offered->code == "000000" ? "111111" : "000000";
  ASSERT_FALSE(town_run(there->confirm(guess)));
  EXPECT_FALSE(town_run(hers.finish(guess)));
  EXPECT_FALSE(*eve.engine->has_account());
  expect_nothing_changed();
}

TEST_F(InMemoryLinkAttacks, EveryDeviceOfTheAccountIsToldOfANewOne_A05) {
  Resident& laptop = town.visitor("ben's laptop");
  ASSERT_TRUE(laptop.join(ben));
  settle();
  const auto added_before = std::ranges::count(laptop.told(), std::string("own device added"));
  link();
  const std::string kind(store::to_text(store::Notice::Kind::own_device_added));
  const auto told = laptop.told(), told_here = ben.told();
  EXPECT_GE(std::ranges::count(told, kind), added_before + 1);
  EXPECT_GE(std::ranges::count(told_here, kind), 1);
}

// Guests and hosts of one's own making

/// What a program of one's own says at the tablet's rendezvous, with an identity of its choice.
struct Guest {
  Guest(InMemoryLinkAttacks& test, const wire::DeviceLink& link, crypto::KeyPair identity)
      : world(test),
        server(test.nobody()),
        session(linking::Side::admin, link.rendezvous,
                {.identity = std::move(identity),
                 .registration_id = wire::RegistrationId(1),
                 .clock = test.ben.clock,
                 .random = test.ben.random}) {
    const auto key = world.town_run(server.join_rendezvous(link.rendezvous));
    CHECK(key);
    at = {.id = link.rendezvous, .key = *key};
    const auto heard = world.town_run(server.hear(at, 0));
    CHECK(heard && heard->size() == 1);
    const auto bundle = wire::DeviceBundle::parse(heard->front());
    CHECK(bundle && session.start(*bundle));
  }
  wire::LinkOffer offer_of(Resident& whom) {
    const auto own = whom.own();
    return {.nonce = {1},
            .account_id = own.account_id,
            .account_name = own.user_name,
            .certificate_hash = wire::hash(wire::names::account_certificate, own.introduction.certificate.statement),
            .list_hash = client::view_of(own.introduction).list_hash,
            .introduction = own.introduction,
            .grant = {},
            .mailbox_id = own.mailbox_id};
  }
  void say(base::View words) {
    auto sealed = session.encrypt(words);
    CHECK(sealed);
    CHECK(world.town_run(server.say(at, *sealed)));
  }

  InMemoryLinkAttacks& world;
  client::Server server;
  linking::Session session;
  client::Server::Rendezvous at;
};

TEST_F(InMemoryLinkAttacks, AGuestThatIsNoDeviceOfTheAccountHearsNothing) {
  const wire::DeviceLink link = begun();
  Guest guest(*this, link, crypto::KeyPair::generate(ben.random));
  guest.say(guest.offer_of(ben).serialize());
  const auto offered = town_run(here->await_offer());
  ASSERT_FALSE(offered);
  expect_says(offered.error(), "no device of it");
  const auto heard = town_run(guest.server.hear(guest.at, 1));
  EXPECT_FALSE(heard && !heard->empty()) << "no reveal";
  expect_nothing_changed();
}

TEST_F(InMemoryLinkAttacks, AnOfferThatContradictsItselfIsRefused) {
  const wire::DeviceLink link = begun();
  Guest guest(*this, link, ben.own().identity.clone());
  wire::LinkOffer offer = guest.offer_of(ben);
  offer.account_id = ana.own().account_id;
  guest.say(offer.serialize());
  const auto offered = town_run(here->await_offer());
  ASSERT_FALSE(offered);
  expect_says(offered.error(), "contradicts itself");
  expect_nothing_changed();
}

TEST_F(InMemoryLinkAttacks, AnOfferWhoseListIsNotSignedIsRefused) {
  const wire::DeviceLink link = begun();
  Guest guest(*this, link, ben.own().identity.clone());
  wire::LinkOffer offer = guest.offer_of(ben);
  offer.introduction.list.signature[0] ^= 1;
  guest.say(offer.serialize());
  const auto offered = town_run(here->await_offer());
  ASSERT_FALSE(offered);
  expect_says(offered.error(), "does not verify");
  expect_nothing_changed();
}

TEST_F(InMemoryLinkAttacks, NoiseInsteadOfAnOfferIsRefused) {
  const wire::DeviceLink link = begun();
  Guest guest(*this, link, ben.own().identity.clone());
  base::Blob noise(300, 0x44);
  ASSERT_TRUE(town_run(guest.server.say(guest.at, noise)));
  EXPECT_FALSE(town_run(here->await_offer()));
  expect_nothing_changed();
}

TEST_F(InMemoryLinkAttacks, AnOfferToAnEarlierTryIsOfNoUseToALaterOne) {
  base::Blob earlier;
  {
    const wire::DeviceLink link = begun();
    Guest guest(*this, link, ben.own().identity.clone());
    auto sealed = guest.session.encrypt(guest.offer_of(ben).serialize());
    ASSERT_TRUE(sealed);
    earlier = *sealed;
  }
  const wire::DeviceLink link = begun();
  Guest guest(*this, link, ben.own().identity.clone());
  ASSERT_TRUE(town_run(guest.server.say(guest.at, earlier)));
  const auto offered = town_run(here->await_offer());
  ASSERT_FALSE(offered);
  expect_says(offered.error(), "can't be read");
  expect_nothing_changed();
}

TEST_F(InMemoryLinkAttacks, NobodyElseComesToARendezvousThatIsTaken) {
  const wire::DeviceLink link = begun();
  const Guest guest(*this, link, ben.own().identity.clone());
  const auto met = town_run(there->meet(link.text()));
  ASSERT_FALSE(met);
  expect_says(met.error(), "somebody has joined this rendezvous already");
}

/// A host of one's own making, whose device has this identity key.
wire::DeviceLink host_with(InMemoryLinkAttacks& test, const crypto::PublicKey& identity) {
  RegistrationDraft draft(77);
  const wire::PrekeyUpload prekeys = draft.prekeys();
  const wire::DeviceBundle bundle{.number = wire::DeviceNumber(1),
                                  .registration_id = wire::RegistrationId(7),
                                  .identity_key = identity,
                                  .signed_prekey = *prekeys.signed_prekey,
                                  .one_time = {},
                                  .kyber = *prekeys.last_resort};
  client::Server server = test.nobody();
  const auto opened = test.town_run(server.open_rendezvous());
  CHECK(opened);
  const base::Blob bytes = bundle.serialize();
  CHECK(test.town_run(server.say(*opened, bytes)));
  return {.home_server = "here:443",
          .rendezvous = opened->id,
          .bundle_hash = wire::hash(wire::names::link_bundle, bytes),
          .reveal_hash = {}};
}

TEST_F(InMemoryLinkAttacks, ADeviceThatShowsAKeyOfTheAccountGetsNoOffer_A03) {
  const auto own = ben.own();
  for (const crypto::PublicKey& key : {own.root_key, own.account_key->public_key(), own.identity.public_key}) {
    sit_down();
    const auto met = town_run(there->meet(host_with(*this, key).text()));
    ASSERT_FALSE(met);
    expect_says(met.error(), "a key of this very account");
    ben.home.run("DELETE FROM linking_tries");
  }
  expect_nothing_changed();
}

TEST_F(InMemoryLinkAttacks, PrekeysThatAreNotTheDevicesOwnGetNoOffer) {
  sit_down();
  const auto met = town_run(there->meet(host_with(*this, crypto::KeyPair::generate(ben.random).public_key).text()));
  ASSERT_FALSE(met);
  expect_says(met.error(), "signature is wrong");
  expect_nothing_changed();
}

// Time

TEST_F(InMemoryLinkAttacks, ALinkIsGoodForTwoMinutes) {
  const wire::DeviceLink link = begun();
  town.time.run_for(2min);
  const auto met = town_run(there->meet(link.text()));
  ASSERT_FALSE(met);
  const auto offered = town_run(here->await_offer());
  ASSERT_FALSE(offered);
  expect_says(offered.error(), "two minutes");
  expect_nothing_changed();
}

TEST_F(InMemoryLinkAttacks, CodesThatAreTypedAfterTwoMinutesLinkNothing) {
  const std::string first = meet();
  town.time.run_for(2min);
  const auto second = town_run(there->confirm(first));
  ASSERT_FALSE(second);
  expect_says(second.error(), "two minutes");
  EXPECT_FALSE(town_run(here->finish("000000")));
  expect_nothing_changed();
}

TEST_F(InMemoryLinkAttacks, ASecondCodeThatIsTypedAfterTwoMinutesLinksNothing) {
  const std::string second = confirm();
  town.time.run_for(2min);
  const auto [finished, added] = together(here->finish(second), there->add("the tablet"));
  EXPECT_FALSE(finished);
  EXPECT_FALSE(added);
  expect_nothing_changed();
}

TEST_F(InMemoryLinkAttacks, ThreeFailuresCloseLinkingForAnHourAlsoOverARestart) {
  for (int i = 0; i < 3; ++i) {
    meet();
    ASSERT_FALSE(town_run(there->confirm("wrong")));
    EXPECT_FALSE(town_run(here->finish("wrong")));
    stand_up();
    town.time.run_for(1min);
  }
  ben.restart();
  tablet.restart();
  sit_down();
  const auto begun_again = town_run(here->begin(wish()));
  ASSERT_FALSE(begun_again);
  expect_says(begun_again.error(), "three times");
  const wire::DeviceLink any{.home_server = "here:443", .rendezvous = {}, .bundle_hash = {}, .reveal_hash = {}};
  const auto met = town_run(there->meet(any.text()));
  ASSERT_FALSE(met);
  expect_says(met.error(), "three times");
  town.time.run_for(60min);
  stand_up();
  link();
  EXPECT_EQ(ben.devices().size(), 2u);
}

TEST_F(InMemoryLinkAttacks, ATryThatIsBrokenOffAfterTheCodesWereFixedCountsAsOneThatFailed) {
  for (int i = 0; i < 3; ++i) {
    meet();
    stand_up();  // whoever knows both codes before they are typed may try to begin anew until they fit
    tablet.restart();
    ben.restart();
    town.time.run_for(2min);
  }
  sit_down();
  EXPECT_FALSE(town_run(here->begin(wish())));
  EXPECT_EQ(ben.home.number("SELECT count(*) FROM linking_tries"), 3);
}

TEST_F(InMemoryLinkAttacks, AFolderThatHasAnAccountIsNotLinked) {
  linking::NewDevice other(*ana.engine);
  const auto link = town_run(other.begin(wish()));
  ASSERT_FALSE(link);
  expect_says(link.error(), "holds an account already");
}

}  // namespace
}  // namespace sotto::test
