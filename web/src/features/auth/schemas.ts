import type { TFunction } from "i18next";
import * as z from "zod/mini";
import { passwordFlaw } from "@/lib/forms";

const NAME_MAX = 80;

type T = TFunction<"auth">;

const email = (t: T) =>
  z
    .string()
    .check(
      z.trim(),
      z.minLength(1, { error: t("rules.emailMissing"), abort: true }),
      z.email({ error: t("rules.emailInvalid") }),
    );

export const loginSchema = (t: T) =>
  z.object({
    email: email(t),
    // No rule but presence: an old password must go through whatever today's rules are.
    password: z.string().check(z.minLength(1, t("rules.passwordMissing"))),
  });

export const newPassword = (t: T) =>
  z.string().check(
    z.refine((value) => passwordFlaw(value) !== "tooShort", { error: t("rules.tooShort") }),
    z.refine((value) => passwordFlaw(value) !== "tooLong", { error: t("rules.tooLong") }),
  );

export const signupSchema = (t: T) =>
  z.object({
    name: z
      .string()
      .check(
        z.trim(),
        z.minLength(1, { error: t("rules.nameMissing"), abort: true }),
        z.maxLength(NAME_MAX, t("rules.nameTooLong", { max: NAME_MAX })),
      ),
    email: email(t),
    password: newPassword(t),
  });

export type LoginForm = z.infer<ReturnType<typeof loginSchema>>;
export type SignupForm = z.infer<ReturnType<typeof signupSchema>>;
