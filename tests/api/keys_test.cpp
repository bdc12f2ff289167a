#include <gtest/gtest.h>

#include <algorithm>

#include "api/device.hpp"

namespace sotto::test {
namespace {

TEST(ApiKeys, APrivateKeyGivesTheSamePairAgain) {
  const KeyPair keys = new_key_pair();
  std::uint8_t secret[SOTTO_PRIVATE_KEY_SIZE];
  sotto_key_pair_private(keys.get(), secret);
  KeyPair again;
  ASSERT_EQ(sotto_key_pair_from_private(view(secret), Out(again)), SOTTO_OK);
  EXPECT_EQ(public_key(again), public_key(keys));
}

TEST(ApiKeys, APrivateKeyOfAnotherLengthIsNone) {
  const Blob bytes(33);
  KeyPair keys;
  EXPECT_EQ(sotto_key_pair_from_private(view(bytes), Out(keys)), SOTTO_INVALID_KEY);
  EXPECT_EQ(keys, nullptr);
}

TEST(ApiKeys, ASignatureIsGoodForItsMessageAlone) {
  const KeyPair keys = new_key_pair();
  const Blob key = public_key(keys), message = blob("yes"), another = blob("no");
  std::uint8_t signature[SOTTO_SIGNATURE_SIZE];
  ASSERT_EQ(sotto_sign(keys.get(), view(message), nullptr, signature), SOTTO_OK);
  EXPECT_EQ(sotto_verify(view(key), view(message), view(signature)), SOTTO_OK);
  EXPECT_EQ(sotto_verify(view(key), view(another), view(signature)), SOTTO_INVALID_SIGNATURE);
  EXPECT_EQ(sotto_verify(view(key), view(message), {signature, 63}), SOTTO_INVALID_SIGNATURE);
  EXPECT_EQ(sotto_verify({key.data(), 32}, view(message), view(signature)), SOTTO_INVALID_KEY);
}

TEST(ApiKeys, BothEndsAgree) {
  const KeyPair here = new_key_pair(), there = new_key_pair();
  const Blob here_key = public_key(here), there_key = public_key(there);
  Blob ours(SOTTO_SECRET_SIZE), theirs(SOTTO_SECRET_SIZE);
  ASSERT_EQ(sotto_agree(here.get(), view(there_key), ours.data()), SOTTO_OK);
  ASSERT_EQ(sotto_agree(there.get(), view(here_key), theirs.data()), SOTTO_OK);
  EXPECT_EQ(ours, theirs);
}

TEST(ApiKeys, NobodyAgreesWithAKeyOfSmallOrder) {
  const KeyPair keys = new_key_pair();
  Blob zero(SOTTO_PUBLIC_KEY_SIZE), secret(SOTTO_SECRET_SIZE, Room::untouched);
  zero[0] = 0x05;
  EXPECT_EQ(sotto_agree(keys.get(), view(zero), secret.data()), SOTTO_INVALID_KEY);
  EXPECT_EQ(secret, Blob(SOTTO_SECRET_SIZE, Room::untouched));
}

TEST(ApiKeys, BytesThatAreNoKeyAreRefusedBeforeAnythingIsWritten) {
  const KeyPair keys = new_key_pair();
  const Blob good = public_key(keys);
  Blob other_type = good, output(SOTTO_SIGNATURE_SIZE, Room::untouched);
  other_type[0] = 0x06;
  for (const sotto_view none : {sotto_view{good.data(), 32}, sotto_view{}, view(other_type)}) {
    EXPECT_EQ(sotto_agree(keys.get(), none, output.data()), SOTTO_INVALID_KEY);
    EXPECT_EQ(sotto_sign_alternate_identity(keys.get(), none, nullptr, output.data()), SOTTO_INVALID_KEY);
    EXPECT_EQ(sotto_verify(none, {}, view(output)), SOTTO_INVALID_KEY);
  }
  EXPECT_EQ(output, Blob(SOTTO_SIGNATURE_SIZE, Room::untouched));
}

TEST(ApiKeys, TwoSignaturesOfOneMessageDiffer) {
  const KeyPair keys = new_key_pair();
  std::uint8_t one[SOTTO_SIGNATURE_SIZE], two[SOTTO_SIGNATURE_SIZE];
  ASSERT_EQ(sotto_sign(keys.get(), {}, nullptr, one), SOTTO_OK);
  ASSERT_EQ(sotto_sign(keys.get(), {}, nullptr, two), SOTTO_OK);
  EXPECT_NE(blob(view(one)), blob(view(two)));
}

TEST(ApiKeys, AKeyVouchesForAnother) {
  const KeyPair account = new_key_pair(), alternate = new_key_pair();
  const Blob account_key = public_key(account), alternate_key = public_key(alternate);
  std::uint8_t signature[SOTTO_SIGNATURE_SIZE];
  ASSERT_EQ(sotto_sign_alternate_identity(account.get(), view(alternate_key), nullptr, signature), SOTTO_OK);
  EXPECT_EQ(sotto_verify_alternate_identity(view(account_key), view(alternate_key), view(signature)), SOTTO_OK);
  EXPECT_EQ(sotto_verify_alternate_identity(view(alternate_key), view(account_key), view(signature)),
            SOTTO_INVALID_SIGNATURE);
  EXPECT_EQ(sotto_verify_alternate_identity(view(account_key), {account_key.data(), 5}, view(signature)),
            SOTTO_INVALID_KEY);
}

TEST(ApiKeys, RandomBytesComeFromTheCallersSource) {
  const auto sevens = [](void* calls, std::uint8_t* bytes, std::size_t size) {
    ++*static_cast<int*>(calls);
    std::fill_n(bytes, size, std::uint8_t{7});
  };
  int calls = 0;
  const sotto_random random{sevens, &calls};
  KeyPair one, two;
  ASSERT_EQ(sotto_key_pair_generate(&random, Out(one)), SOTTO_OK);
  ASSERT_EQ(sotto_key_pair_generate(&random, Out(two)), SOTTO_OK);
  EXPECT_EQ(public_key(one), public_key(two));
  EXPECT_EQ(calls, 2);
}

TEST(ApiStatus, EveryStatusHasItsOwnText) {
  std::vector<std::string> texts;
  for (const int status : {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 100, 101, 102}) {
    const std::string text = sotto_status_text(static_cast<sotto_status>(status));
    EXPECT_EQ(std::ranges::count(texts, text), 0) << text;
    texts.push_back(text);
  }
  EXPECT_STREQ(sotto_status_text(static_cast<sotto_status>(55)), "no status of this library");
}

TEST(ApiStatus, TheLibraryStartsAndNamesItsVersion) {
  EXPECT_EQ(sotto_start(), SOTTO_OK);
  EXPECT_EQ(sotto_version(), std::to_string(SOTTO_PROTOCOL_VERSION_MAJOR) + "." +
                                 std::to_string(SOTTO_PROTOCOL_VERSION_MINOR) + "." +
                                 std::to_string(SOTTO_PROTOCOL_VERSION_PATCH));
}

static_assert(noexcept(sotto_key_pair_free(nullptr)));

}  // namespace
}  // namespace sotto::test
