// Whole engines against people and links that mean no good, and what a person is told.
#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "e2e/town.hpp"

namespace sotto::test {
namespace {

using Texts = std::vector<std::string>;

/// Puts bytes of one's choice into another's mailbox, by the other's contact link.
void send_raw(Town& town, Resident& from, Resident& to, base::Blob envelope) {
  const auto recipient = to.own();
  client::Post post(town.network, town.time, {.authority = *wire::Authority::parse("here:443"), .ca_pem = ""});
  auto request = client::send_request(from.random.bytes<16>(), recipient.account_id,
                                      {{.mailbox_id = recipient.mailbox_id,
                                        .registration_id = recipient.registration_id,
                                        .envelope = std::move(envelope)}},
                                      false);
  const auto answer = net::run(town.time, post.send(recipient.account_id, recipient.link_token, std::move(request)));
  CHECK(answer && *answer && (*answer)->delivery == client::Delivery::stored);
}

TEST(InMemoryHostile, WhatCannotBeReadIsCountedOnceAndStopsNothing) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben"), &eve = town.resident("eve");
  Town::introduce(ana, ben);
  const base::Blob noise(500, 0xEE);
  base::Blob framed = noise;
  framed[0] = 0x11;  // the version of a sealed message
  ASSERT_TRUE(ana.write(ben, "before"));
  send_raw(town, eve, ben, noise);
  send_raw(town, eve, ben, framed);
  ASSERT_TRUE(ana.write(ben, "between"));
  send_raw(town, eve, ben, framed);  // the very same again
  ASSERT_TRUE(ana.write(ben, "after"));
  ASSERT_TRUE(ben.listen());
  EXPECT_EQ(ben.texts(), (Texts{"before", "between", "after"}));
  EXPECT_EQ(ben.status().queued, 0u);
  EXPECT_EQ(ben.run(ben.engine->status())->refused, 2);
}

TEST(InMemoryHostile, ARefusedEnvelopeKeepsNoneOfItsBytes) {
  Town town;
  Resident &ben = town.resident("ben"), &eve = town.resident("eve");
  ASSERT_TRUE(ben.listen());
  Dump before = ben.home.dump();
  send_raw(town, eve, ben, base::blob(base::view("a canary that must not be kept")));
  ASSERT_TRUE(ben.listen());
  Dump after = ben.home.dump();
  ASSERT_EQ(after.at("refusals").size(), 1u);
  EXPECT_EQ(after.at("refusals")[0].find(base::to_hex(base::view("canary"))), std::string::npos);
  after["refusals"].clear();
  before["own_account"].clear(), after["own_account"].clear();  // each connect asks for another generation
  EXPECT_EQ(after, before);
}

TEST(InMemoryHostile, AListBelowTheFloorOfALinkIsRefused) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben");
  auto link = *ben.engine->address();
  ++link.epoch;  // whoever made the link knew a later epoch than the server shows
  const Dump before = ana.home.dump();
  const auto refused = ana.run(ana.engine->add_contact(link.text(), std::nullopt));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("older statements"), std::string::npos);
  EXPECT_EQ(ana.home.dump(), before);
}

TEST(InMemoryHostile, LinksThatLeadNowhereAreRefusedInWords) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben");
  const Dump before = ana.home.dump();
  auto nobody = *ben.engine->address();
  nobody.account_id.uuid.bytes[0] ^= 1;
  const std::string whole = ben.engine->address()->text();
  for (const std::string& link : {nobody.text(), whole.substr(0, whole.size() - 1), whole + "x",
                                  ana.engine->address()->text(), std::string("sotto-device:abc"), std::string("x y")}) {
    const auto refused = ana.run(ana.engine->add_contact(link, std::nullopt));
    ASSERT_FALSE(refused) << link;
    EXPECT_FALSE(refused.error().message.empty());
  }
  EXPECT_EQ(ana.home.dump(), before);
}

TEST(InMemoryHostile, ANicknameIsOneContacts_A14) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben"), &eve = town.resident("eve");
  ASSERT_TRUE(ana.add(ben));
  EXPECT_FALSE(ana.run(ana.engine->add_contact(eve.engine->address()->text(), "ben")));
  ASSERT_TRUE(ana.write(ben, "for ben"));
  ASSERT_TRUE(eve.listen());
  EXPECT_TRUE(eve.heard.empty());
}

TEST(InMemoryHostile, ByUserNameAContactIsNotPinnedAndByLinkItIs) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben");
  const auto by_name = ana.run(ana.engine->add_contact("ben", std::nullopt));
  ASSERT_TRUE(by_name);
  EXPECT_FALSE(by_name->is_pinned);
  const auto by_link = ana.add(ben);
  ASSERT_TRUE(by_link);
  EXPECT_TRUE(by_link->is_pinned);
  EXPECT_EQ(by_link->contact.account_id, by_name->contact.account_id);
}

TEST(InMemoryHostile, BothEndsSeeOneSafetyNumberAndConfirmItEachForThemselves) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben");
  Town::introduce(ana, ben);
  const auto here = ana.engine->verify("ben", false), there = ben.engine->verify("ana", false);
  ASSERT_TRUE(here && there);
  EXPECT_EQ(here->digits, there->digits);
  EXPECT_EQ(here->digits.size(), 60u);
  EXPECT_FALSE(here->is_verified);
  EXPECT_TRUE(ana.engine->verify("ben", true)->is_verified);
  EXPECT_FALSE(ben.engine->verify("ana", false)->is_verified);

  ASSERT_TRUE(ana.write(ben, "unverified there"));
  ASSERT_TRUE(ben.write(ana, "verified here"));
  ASSERT_TRUE(ana.listen() && ben.listen());
  EXPECT_TRUE(ana.heard.at(0).message.is_verified);
  EXPECT_FALSE(ben.heard.at(0).message.is_verified);
}

TEST(InMemoryHostile, TwoConversationsDoNotWaitForEachOther) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben"), &eve = town.resident("eve");
  Town::introduce(ana, ben);
  ASSERT_TRUE(ana.add(eve));
  // Ana holds another registration id for eve than the server: eve's mailbox refuses, ben's does not.
  ana.home.run(
      "UPDATE peer_devices SET registration_id = registration_id % 16382 + 1 WHERE account_id = (SELECT account_id "
      "FROM contacts WHERE nickname = 'eve')");
  ASSERT_TRUE(ana.engine->enqueue("eve", "stuck"));
  ASSERT_TRUE(ana.engine->enqueue("ben", "free"));
  static_cast<void>(ana.run(ana.engine->drain_outbox()));
  ASSERT_TRUE(ben.listen());
  EXPECT_EQ(ben.texts(), Texts{"free"});
}

}  // namespace
}  // namespace sotto::test
