#include "wire/links.hpp"

#include <gtest/gtest.h>

#include "support/registration_draft.hpp"
#include "wire/authority.hpp"
#include "wire/recovery_key.hpp"

namespace sotto::wire {
namespace {

ContactLink example() {
  test::RegistrationDraft draft(1);
  return {.home_server = "chat.example:443",
          .account_id = draft.account_id(),
          .token = {1, 2, 3},
          .links = 0,
          .epoch = 20'000,
          .tls_pin = Hash{7}};
}

VerifyLink verify_example() { return {.scannable = {1, 2, 3}, .local = {0, 5, 1}, .remote = {0, 6, 2}}; }

DeviceLink device_example() {
  return {.home_server = "chat.example:443", .rendezvous = {1, 2}, .bundle_hash = {3}, .reveal_hash = {4}};
}

TEST(ContactLink, ComesBackWithAllItsFields) {
  const ContactLink made = example();
  const auto read = ContactLink::parse("  " + made.text() + "\n");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->home_server, made.home_server);
  EXPECT_EQ(read->account_id, made.account_id);
  EXPECT_EQ(read->token, made.token);
  EXPECT_EQ(read->epoch, made.epoch);
  EXPECT_EQ(read->tls_pin, made.tls_pin);
}

TEST(ContactLink, EveryChangedCharacterIsRefused) {
  const std::string text = example().text();
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string changed = text;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(ContactLink::parse(changed)) << at;
  }
  for (std::size_t size = 0; size < text.size(); ++size) EXPECT_FALSE(ContactLink::parse(text.substr(0, size)));
}

TEST(Links, TheSchemesRefuseOneAnotherByName_A05) {
  const auto problem = ContactLink::parse(verify_example().text());
  ASSERT_FALSE(problem);
  EXPECT_NE(problem.error().message.find("verification code"), std::string::npos);
  EXPECT_NE(ContactLink::parse(device_example().text()).error().message.find("linking a device"), std::string::npos);
  EXPECT_NE(VerifyLink::parse(device_example().text()).error().message.find("linking a device"), std::string::npos);
  EXPECT_NE(DeviceLink::parse(example().text()).error().message.find("contact link"), std::string::npos);
  EXPECT_NE(DeviceLink::parse(verify_example().text()).error().message.find("verification code"), std::string::npos);
  EXPECT_NE(DeviceLink::parse("sotto-recovery:AAAA").error().message.find("never give it"), std::string::npos);
  EXPECT_FALSE(parse_recovery_key(device_example().text()));
  EXPECT_NE(ContactLink::parse("sotto-device:AAAA").error().message.find("linking a device"), std::string::npos);
  EXPECT_NE(ContactLink::parse("sotto-recovery:AAAA").error().message.find("never give it"), std::string::npos);
  EXPECT_NE(VerifyLink::parse(example().text()).error().message.find("contact link"), std::string::npos);
  EXPECT_FALSE(parse_recovery_key(example().text()));
}

TEST(VerifyLink, ComesBack) {
  const auto read = VerifyLink::parse(verify_example().text());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->scannable, (base::Blob{1, 2, 3}));
  EXPECT_EQ(read->remote, (Order{0, 6, 2}));
}

TEST(DeviceLink, ComesBack) {
  const auto read = DeviceLink::parse(" " + device_example().text() + "\n");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->message(), device_example().message());
  EXPECT_EQ(read->rendezvous, (base::Bytes<16>{1, 2}));
}

TEST(DeviceLink, EveryChangedCharacterIsRefused) {
  const std::string text = device_example().text();
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string changed = text;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(DeviceLink::parse(changed)) << at;
  }
  for (std::size_t size = 0; size < text.size(); ++size) EXPECT_FALSE(DeviceLink::parse(text.substr(0, size)));
}

TEST(DeviceLink, IsOnlyForAServerThatIsSpelledRight) {
  DeviceLink link = device_example();
  link.home_server = "Chat.Example";
  EXPECT_FALSE(DeviceLink::parse(link.text()));
}

TEST(Authority, HasOneSpelling) {
  for (const char* right : {"chat.example:443", "localhost:1", "127.0.0.1:8443", "[::1]:443"}) {
    EXPECT_TRUE(Authority::parse(right)) << right;
  }
  for (const char* wrong :
       {"chat.example", "Chat.example:443", "chat.example:", "chat.example:0443", "chat.example:70000", "[::0001]:443",
        "::1:443", ":443", "a..b:1", "a b:1", "-a:1", "chat.example:443/"}) {
    EXPECT_FALSE(Authority::parse(wrong)) << wrong;
  }
}

TEST(Authority, IsReadFromAUrl) {
  EXPECT_EQ(Authority::from_url("https://Chat.Example")->text(), "chat.example:443");
  EXPECT_EQ(Authority::from_url("https://[0:0::1]:8443/")->text(), "[::1]:8443");
  for (const char* wrong : {"http://chat.example", "chat.example", "https://", "https://user@chat.example",
                            "https://chat.example/path", "https://chat.example:99999"}) {
    EXPECT_FALSE(Authority::from_url(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace sotto::wire
