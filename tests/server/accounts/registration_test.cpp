#include "server/accounts/registration.hpp"

#include <gtest/gtest.h>

#include "server/test_device.hpp"

namespace sotto::test {
namespace {

struct RegistrationRouteTest : testing::Test {
  /// What somebody of this server finds under a name.
  std::optional<frames::Account> found(const std::string& name) {
    if (!is_in) {
      EXPECT_EQ(eve.enrol().status, 200u);
    }
    is_in = true;
    const auto response = eve.ask("GET", "/v1/names/" + name);
    EXPECT_EQ(response.status, 200u);
    const auto answer = parsed<frames::LookUp>(response.body);
    return answer.has_account() ? std::optional(answer.account()) : std::nullopt;
  }
  ServerWorld world;
  TestDevice ana{world, 1, "ana"};
  TestDevice bob{world, 2, "bob"};
  TestDevice eve{world, 3, "eve"};
  bool is_in = false;
};

TEST_F(RegistrationRouteTest, MakesTheAccountKnownByNamePermitAndToken) {
  EXPECT_EQ(ana.move_in().status, 200u);
  const auto by_name = found("ana");
  ASSERT_TRUE(by_name);
  const auto by_permit = parsed<frames::Account>(bob.ask_anonymously(ana, "GET", "/v1/account").body);
  const auto by_token = parsed<frames::Account>(ana.ask("GET", "/v1/own/account").body);
  for (const auto& account : {*by_name, by_permit, by_token}) {
    EXPECT_EQ(base::blob(base::view(account.account_id())), base::blob(ana.draft.account_id().view()));
    const auto introduction = wire::Introduction::parse(base::view(account.introduction()));
    ASSERT_TRUE(introduction);
    EXPECT_TRUE(wire::check_introduction(*introduction));
  }
}

TEST_F(RegistrationRouteTest, SaysBeforehandThatANameIsTaken) {
  EXPECT_EQ(ana.enrol().status, 200u);
  const auto begin = [this](const std::string& name) {
    frames::RegisterBegin wish;
    wish.set_user_name(name);
    return bob.ask("POST", "/v1/register/begin", serialized(wish));
  };
  EXPECT_EQ(code_of(begin("ana")), "name_taken");
  EXPECT_EQ(begin("bob").status, 200u);
  EXPECT_EQ(code_of(begin("Not A Name")), "malformed_body");
}

TEST_F(RegistrationRouteTest, A11AnswersALookUpInTheSameSizeWhetherOrNotTheNameExists) {
  EXPECT_EQ(ana.enrol().status, 200u);
  EXPECT_FALSE(found("nobody"));
  const auto there = eve.ask("GET", "/v1/names/ana"), absent = eve.ask("GET", "/v1/names/nobody");
  EXPECT_EQ(there.status, absent.status);
  EXPECT_EQ(there.body.size(), absent.body.size());
}

TEST_F(RegistrationRouteTest, A11AnswersOnlySoManyLookUps) {
  EXPECT_FALSE(found("nobody"));
  unsigned answered = 0;
  while (eve.ask("GET", "/v1/names/nobody").status == 200) ++answered;
  EXPECT_LT(answered, 60u);
  world.time.run_for(std::chrono::hours(1));
  EXPECT_EQ(eve.ask("GET", "/v1/names/nobody").status, 200u);
}

TEST_F(RegistrationRouteTest, IssuesMailboxIdsOfVersionFourThatDiffer) {
  ana.begin();
  bob.begin();
  EXPECT_NE(ana.draft.mailbox, bob.draft.mailbox);
  EXPECT_NE(ana.draft.challenge, bob.draft.challenge);
}

TEST_F(RegistrationRouteTest, AnswersTheSameBytesWithTheSame200AlsoAfterARestartAndLongAfter) {
  EXPECT_EQ(ana.enrol().status, 200u);
  EXPECT_EQ(ana.ask("POST", "/v1/register", ana.registration).status, 200u);
  world.restart();
  world.time.run_for(std::chrono::hours(48));
  EXPECT_EQ(ana.ask("POST", "/v1/register", ana.registration).status, 200u);
  EXPECT_EQ(ana.status().one_time_prekeys(), 3u);
}

TEST_F(RegistrationRouteTest, RefusesAnExpiredChallenge) {
  ana.begin();
  world.time.run_for(std::chrono::minutes(11));
  const auto response = ana.ask("POST", "/v1/register", ana.draft.request());
  EXPECT_EQ(response.status, 410u);
  EXPECT_EQ(code_of(response), "challenge_expired");
}

TEST_F(RegistrationRouteTest, AcceptsAChallengeThatWasIssuedBeforeARestart) {
  ana.begin();
  world.restart();
  EXPECT_EQ(ana.ask("POST", "/v1/register", ana.draft.request()).status, 200u);
}

TEST_F(RegistrationRouteTest, RefusesAChallengeOfItsOwnMaking) {
  const auto response = ana.ask("POST", "/v1/register", ana.draft.request());  // never begun
  EXPECT_EQ(response.status, 410u);
}

TEST_F(RegistrationRouteTest, UsesAChallengeOnce) {
  EXPECT_EQ(ana.enrol().status, 200u);
  bob.draft.mailbox = ana.draft.mailbox;
  bob.draft.challenge = ana.draft.challenge;
  const auto response = bob.ask("POST", "/v1/register", bob.draft.request());
  EXPECT_EQ(response.status, 410u);
  EXPECT_FALSE(found("bob"));
}

TEST_F(RegistrationRouteTest, RefusesATakenNameAndLetsTheSameChallengeServeForAnother) {
  EXPECT_EQ(ana.enrol().status, 200u);
  bob.draft.user_name = "ana";
  const auto response = bob.enrol();
  EXPECT_EQ(response.status, 409u);
  EXPECT_EQ(code_of(response), "name_taken");
  bob.draft.user_name = "bob";
  EXPECT_EQ(bob.ask("POST", "/v1/register", bob.draft.request()).status, 200u);
}

TEST_F(RegistrationRouteTest, RefusesASecondRegistrationOfAnAccount) {
  EXPECT_EQ(ana.enrol().status, 200u);
  ana.draft.identity = crypto::KeyPair::generate(ana.draft.random);
  ana.draft.token = ana.draft.random.bytes<32>();
  ana.draft.user_name = "ana2";
  const auto response = ana.enrol();
  EXPECT_EQ(response.status, 409u);
  EXPECT_EQ(code_of(response), "account_exists");
}

TEST_F(RegistrationRouteTest, A12RefusesAnIdentityKeyThatAnotherDeviceHas) {
  EXPECT_EQ(ana.enrol().status, 200u);
  bob.draft.identity = ana.draft.identity.clone();
  const auto response = bob.enrol();
  EXPECT_EQ(response.status, 409u);
  EXPECT_EQ(code_of(response), "key_known");
  EXPECT_FALSE(found("bob"));
}

TEST_F(RegistrationRouteTest, NamesTheRuleThatAStatementBreaks) {
  ana.draft.certificate_signer = &ana.draft.stranger;
  const auto response = ana.enrol();
  EXPECT_EQ(response.status, 400u);
  const auto error = parsed<frames::Error>(response.body);
  EXPECT_EQ(error.code(), "bad_statement");
  EXPECT_TRUE(error.message().starts_with("certificate_not_by_root: ")) << error.message();
  EXPECT_FALSE(found("ana"));
}

TEST_F(RegistrationRouteTest, RefusesAListForAnotherServer) {
  ana.draft.authority = "elsewhere:443";
  const auto response = ana.enrol();
  EXPECT_EQ(response.status, 400u);
  EXPECT_TRUE(parsed<frames::Error>(response.body).message().starts_with("another_home_server: "));
}

TEST_F(RegistrationRouteTest, RefusesEveryoneWhenClosedButWhoIsAlreadyIn) {
  EXPECT_EQ(ana.enrol().status, 200u);
  bob.begin();
  world.options.registration = server::Registration::closed;
  world.restart();
  EXPECT_EQ(ana.ask("POST", "/v1/register", ana.registration).status, 200u);
  const auto late = bob.ask("POST", "/v1/register", bob.draft.request());
  EXPECT_EQ(late.status, 403u);
  EXPECT_EQ(code_of(late), "registration_closed");
  EXPECT_EQ(bob.ask("POST", "/v1/register/begin").status, 403u);
}

}  // namespace
}  // namespace sotto::test
