#pragma once
#include "server/route.hpp"

/// What an account asks by its own keys, by nobody's token (statements.md, "Acts"). Each act serves once: the same
/// bytes again get 200 as long as what they did still stands.
///
/// errors of all of them
///   400 malformed_body, bad_host, bad_statement (also: there is no such account)
///   409 list_passed (with what stands), act_used
///   410 challenge_expired
///   429 too_many
namespace sotto::server {

/// POST /v1/acts/begin
asio::awaitable<net::Response> begin_act(Context& context, Call call);

/// PUT /v1/account/list. Devices that leave lose everything at once.
/// errors   409 key_known, device_unknown, number_given
asio::awaitable<net::Response> put_list(Context& context, Call call);

/// PUT /v1/account/name. errors   409 name_taken
asio::awaitable<net::Response> put_name(Context& context, Call call);

/// POST /v1/account/deletion. With the root's signature at once, otherwise after limits::deletion_days.
asio::awaitable<net::Response> delete_account(Context& context, Call call);

/// POST /v1/account/keeping: a pending deletion is void. By the root only.
asio::awaitable<net::Response> keep_account(Context& context, Call call);

/// PUT /v1/account/backup: an uploaded archive takes the place of the one before.
/// errors   409 no_such_archive, backup_passed (with the counter that stands)
asio::awaitable<net::Response> put_backup(Context& context, Call call);

/// PUT /v1/settings, by a device
asio::awaitable<net::Response> put_settings(Context& context, Call call);

}  // namespace sotto::server
