#include "server/prekeys/directory.hpp"

#include <gtest/gtest.h>

#include <set>

#include "server/limits.hpp"
#include "server/test_device.hpp"

namespace sotto::test {
namespace {

struct DirectoryTest : testing::Test {
  DirectoryTest() {
    EXPECT_EQ(ana.move_in().status, 200u);
    EXPECT_EQ(bob.move_in().status, 200u);
  }
  wire::DeviceBundle bundle_of(const TestDevice& device) {
    const auto response = bob.ask_anonymously(device, "POST", "/v1/bundles");
    EXPECT_EQ(response.status, 200u);
    const auto bundles = parsed<frames::Bundles>(response.body);
    EXPECT_EQ(bundles.bundles_size(), 1);
    return *wire::DeviceBundle::parse(base::view(bundles.bundles(0)));
  }
  wire::PrekeyUpload upload_of(TestDevice& device, std::size_t count) {
    device.draft.one_time_prekeys = count;
    return device.draft.prekeys();
  }
  net::Response put(TestDevice& device, const wire::PrekeyUpload& upload) {
    return device.ask("PUT", "/v1/prekeys", upload.serialize());
  }

  ServerWorld world;
  TestDevice ana{world, 1, "ana"};
  TestDevice bob{world, 2, "bob"};
};

TEST_F(DirectoryTest, TellsADeviceItsStatus) {
  const auto status = ana.status();
  EXPECT_EQ(base::blob(base::view(status.account_id())), base::blob(ana.draft.account_id().view()));
  EXPECT_EQ(status.device_number(), 1u);
  EXPECT_EQ(status.queued_envelopes(), 0u);
  EXPECT_EQ(status.one_time_prekeys(), 3u);
  EXPECT_EQ(status.one_time_kyber_prekeys(), 3u);
  EXPECT_FALSE(status.server_version().empty());
}

TEST_F(DirectoryTest, GivesEachOneTimeKeyOnceAndThenTheLastResort) {
  std::set<std::uint32_t> one_time, kyber;
  for (int i = 0; i < 3; ++i) {
    const auto bundle = bundle_of(ana);
    EXPECT_EQ(bundle.identity_key, ana.draft.identity.public_key);
    EXPECT_EQ(bundle.registration_id.value, 4242u);
    ASSERT_TRUE(bundle.one_time);
    EXPECT_TRUE(one_time.insert(bundle.one_time->id).second);
    EXPECT_TRUE(kyber.insert(bundle.kyber.id).second);
  }
  for (int i = 0; i < 2; ++i) {
    const auto bundle = bundle_of(ana);
    EXPECT_FALSE(bundle.one_time);
    EXPECT_EQ(bundle.kyber.id, 1u);  // last resort
  }
  EXPECT_EQ(ana.status().one_time_prekeys(), 0u);
}

TEST_F(DirectoryTest, DoesNotGiveAKeyAgainAfterARestart) {
  const auto before = bundle_of(ana);
  world.restart();
  const auto after = bundle_of(ana);
  EXPECT_NE(before.one_time->id, after.one_time->id);
  EXPECT_NE(before.kyber.id, after.kyber.id);
}

asio::awaitable<void> take_many(TestDevice& of, int count, std::vector<std::string>& keys) {
  for (int i = 0; i < count; ++i) {
    net::HttpClient client(of.world.network, of.world.time, of.world.endpoint(), {});
    net::Request request{.method = "POST", .target = "/v1/bundles", .headers = {of.permit_header()}};
    const auto response = co_await client.send(std::move(request));
    CHECK(response && response->status == 200);
    const auto bundles = parsed<frames::Bundles>(response->body);
    const auto bundle = wire::DeviceBundle::parse(base::view(bundles.bundles(0)));
    if (bundle->one_time) keys.push_back(base::text(bundle->one_time->key));
    if (bundle->kyber.id != 1) keys.push_back(base::text(bundle->kyber.key));
  }
}

TEST_F(DirectoryTest, A17NeverGivesAOneTimeKeyTwiceHoweverManyAskAtOnce) {
  auto upload = upload_of(ana, 190);
  upload.signed_prekey.reset();
  upload.last_resort.reset();
  EXPECT_EQ(put(ana, upload).status, 200u);
  std::vector<std::string> keys;
  int ended = 0;
  for (int i = 0; i < 16; ++i) net::spawn(world.io.get_executor(), take_many(ana, 15, keys), [&] { ++ended; });
  ASSERT_TRUE(world.time.run_until([&] { return ended == 16; }));
  EXPECT_EQ(keys.size(), 2u * server::limits::share(server::PermitClass::contact).one_time_a_day);
  EXPECT_EQ(std::set<std::string>(keys.begin(), keys.end()).size(), keys.size());
}

TEST_F(DirectoryTest, ReplacesSignedAndLastResortPrekeysAndAddsOneTimeOnes) {
  const auto upload = upload_of(ana, 2);
  EXPECT_EQ(put(ana, upload).status, 200u);
  EXPECT_EQ(ana.status().one_time_prekeys(), 5u);
  EXPECT_EQ(bundle_of(ana).signed_prekey.key, upload.signed_prekey->key);
}

TEST_F(DirectoryTest, TakesTheSameUploadAgainAsARetry) {
  const auto upload = upload_of(ana, 2);
  EXPECT_EQ(put(ana, upload).status, 200u);
  for (int i = 0; i < 4; ++i) bundle_of(ana);  // some of them are gone when the retry comes
  EXPECT_EQ(put(ana, upload).status, 200u);
  EXPECT_EQ(ana.status().one_time_prekeys(), 1u);
}

TEST_F(DirectoryTest, A12RefusesAKeyThatIsInTheDirectoryAlready) {
  auto first = upload_of(ana, 2);
  EXPECT_EQ(put(ana, first).status, 200u);
  auto again = upload_of(ana, 1);
  again.one_time.front().key = first.one_time.back().key;  // of the same device
  EXPECT_EQ(code_of(put(ana, again)), "key_known");
  auto other = upload_of(bob, 1);
  other.one_time.front().key = first.one_time.back().key;  // of another device
  EXPECT_EQ(code_of(put(bob, other)), "key_known");
  auto twice = upload_of(bob, 2);
  twice.one_time.front().key = twice.one_time.back().key;  // within one upload
  EXPECT_EQ(code_of(put(bob, twice)), "key_known");
  EXPECT_EQ(bob.status().one_time_prekeys(), 3u);
}

TEST_F(DirectoryTest, A17RefusesAKeyThatWasGivenOutBefore) {
  const auto given = bundle_of(ana);
  auto upload = upload_of(ana, 1);
  upload.one_time.front().key = given.one_time->key;
  EXPECT_EQ(code_of(put(ana, upload)), "key_known");
}

TEST_F(DirectoryTest, RefusesPrekeysThatTheDeviceDidNotSign) {
  auto upload = upload_of(ana, 1);
  upload.one_time_kyber.front().signature[0] ^= 1;
  const auto response = put(ana, upload);
  EXPECT_EQ(response.status, 400u);
  EXPECT_EQ(code_of(response), "prekey_not_by_device");
  EXPECT_EQ(ana.status().one_time_kyber_prekeys(), 3u);
}

TEST_F(DirectoryTest, HoldsAtMostTwoHundredOneTimePrekeysOfAKind) {
  auto upload = upload_of(ana, 198);
  upload.one_time_kyber.clear();
  const auto response = put(ana, upload);
  EXPECT_EQ(response.status, 409u);
  EXPECT_EQ(code_of(response), "too_many_prekeys");
  upload.one_time.pop_back();
  EXPECT_EQ(put(ana, upload).status, 200u);
  EXPECT_EQ(ana.status().one_time_prekeys(), 200u);
}

TEST_F(DirectoryTest, RefusesWhatIsNotAnUploadOrABundleRequest) {
  EXPECT_EQ(code_of(ana.ask("PUT", "/v1/prekeys", {1, 2, 3})), "malformed_body");
  EXPECT_EQ(code_of(ana.ask("POST", "/v1/knocks/bundles", {1, 2, 3})), "malformed_body");
  EXPECT_EQ(code_of(ana.ask("POST", "/v1/knocks/bundles", {})), "malformed_body");
}

TEST_F(DirectoryTest, HasNoBundleForAWrongPermitNorForAnUnknownAccount) {
  TestDevice stranger(world, 3, "eve");
  const auto unknown = bob.ask_anonymously(stranger, "POST", "/v1/bundles");
  ana.permit[0] ^= 1;
  const auto wrong = bob.ask_anonymously(ana, "POST", "/v1/bundles");
  EXPECT_EQ(code_of(wrong), "no_such_permit");
  EXPECT_EQ(unknown.body, wrong.body);
  EXPECT_EQ(unknown.status, wrong.status);
  EXPECT_EQ(ana.status().one_time_prekeys(), 3u);
}

TEST_F(DirectoryTest, A16EachClassOfPermitHasItsShareAndLeavesTheRest) {
  auto upload = upload_of(ana, 97);
  upload.signed_prekey.reset();
  upload.last_resort.reset();
  ASSERT_EQ(put(ana, upload).status, 200u);
  const wire::Permit contact = ana.permit;
  ana.permit = {7};
  ASSERT_EQ(ana.put_permit(frames::Permit::LINK).status, 200u);
  int given = 0;
  for (int i = 0; i < 60; ++i) given += bundle_of(ana).one_time.has_value();
  EXPECT_EQ(given, static_cast<int>(server::limits::share(server::PermitClass::link).one_time_a_day));
  EXPECT_FALSE(bundle_of(ana).one_time);  // last-resort keys, no error
  ana.permit = contact;
  EXPECT_TRUE(bundle_of(ana).one_time);
  ana.permit = {7};
  world.time.run_for(std::chrono::hours(24));
  EXPECT_TRUE(bundle_of(ana).one_time);
}

TEST_F(DirectoryTest, TellsAConnectedDeviceThatItsKeysRunOut) {
  auto upload = upload_of(ana, server::limits::low_water - 2);
  upload.signed_prekey.reset();
  upload.last_resort.reset();
  ASSERT_EQ(put(ana, upload).status, 200u);
  const auto mailbox = ana.open_mailbox();
  EXPECT_TRUE(next_frame(world, **mailbox).has_drained());
  bundle_of(ana);
  const auto frame = next_frame(world, **mailbox);
  ASSERT_TRUE(frame.notice().has_prekeys_low());
  EXPECT_EQ(frame.notice().prekeys_low().one_time_prekeys(), server::limits::low_water);
}

TEST_F(DirectoryTest, AnswersDevicesOnly) {
  TestDevice stranger(world, 3, "eve");
  for (const auto& [method, target] : std::vector<std::pair<std::string, std::string>>{{"GET", "/v1/status"},
                                                                                       {"PUT", "/v1/prekeys"},
                                                                                       {"POST", "/v1/own/bundles"},
                                                                                       {"POST", "/v1/own/messages"},
                                                                                       {"GET", "/v1/mailbox"}}) {
    const auto response = stranger.ask(method, target);
    EXPECT_EQ(response.status, 401u) << target;
    EXPECT_EQ(code_of(response), "not_authenticated") << target;
  }
}

TEST_F(DirectoryTest, SaysWhatAnAddressIsFor) {
  EXPECT_EQ(ana.ask("GET", "/").status, 404u);
  EXPECT_EQ(ana.ask("GET", "/v1/names/").status, 404u);
  EXPECT_EQ(ana.ask("GET", "/v1/names/a/b").status, 404u);
  EXPECT_EQ(ana.ask("GET", "/v1/status?x").status, 200u);
  const auto response = ana.ask("DELETE", "/v1/status");
  EXPECT_EQ(response.status, 405u);
  EXPECT_EQ(net::header(response.headers, "Allow"), "GET");
  EXPECT_EQ(ana.ask("GET", "/v1/mailbox").status, 426u);
}

TEST_F(DirectoryTest, RefusesBodiesThatAreLargerThanTheirRouteNeeds) {
  EXPECT_EQ(code_of(ana.ask("POST", "/v1/own/bundles", base::Blob(5000))), "body_too_large");
  EXPECT_EQ(code_of(ana.ask("POST", "/v1/own/messages", base::Blob((2u << 20) + 1))), "body_too_large");
}

}  // namespace
}  // namespace sotto::test
