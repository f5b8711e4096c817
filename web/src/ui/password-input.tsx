import { ArrowBigUpDash, Eye, EyeOff } from "lucide-react";
import { type ComponentProps, type KeyboardEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFieldControl } from "./field";
import { Input } from "./input";

/** A secret to type: can be shown, and says when Caps Lock is on. Inside a `Field`. */
export function PasswordInput({
  onKeyDown,
  onKeyUp,
  onBlur,
  ...props
}: Omit<ComponentProps<"input">, "type">) {
  const { t } = useTranslation("auth");
  const hintId = useId();
  const control = useFieldControl();
  const [visible, setVisible] = useState(false);
  const [capsLock, setCapsLock] = useState(false);
  const watch = (event: KeyboardEvent<HTMLInputElement>) => {
    // Autofill fires key events without modifiers.
    if (typeof event.getModifierState === "function") setCapsLock(event.getModifierState("CapsLock"));
  };
  const describedBy = [control["aria-describedby"], capsLock ? hintId : ""].filter(Boolean).join(" ");
  return (
    <div className="grid gap-1.5">
      <div className="relative">
        <Input
          spellCheck={false}
          autoCapitalize="none"
          {...props}
          type={visible ? "text" : "password"}
          className="pe-11"
          {...(describedBy === "" ? {} : { "aria-describedby": describedBy })}
          onKeyDown={(event) => {
            watch(event);
            onKeyDown?.(event);
          }}
          onKeyUp={(event) => {
            watch(event);
            onKeyUp?.(event);
          }}
          onBlur={(event) => {
            setCapsLock(false);
            onBlur?.(event);
          }}
        />
        <button
          type="button"
          aria-label={visible ? t("hidePassword") : t("showPassword")}
          onClick={() => setVisible(!visible)}
          className="absolute inset-y-0 end-0 grid w-10.5 cursor-pointer place-items-center rounded-e-md text-fg-subtle -outline-offset-2! hover:text-fg touch:w-11"
        >
          {visible ? <EyeOff aria-hidden className="size-4" /> : <Eye aria-hidden className="size-4" />}
        </button>
      </div>
      <p
        id={hintId}
        aria-live="polite"
        className="empty:hidden flex items-center gap-1.5 text-meta text-warn"
      >
        {capsLock ? (
          <>
            <ArrowBigUpDash aria-hidden className="size-3.5" />
            {t("capsLock")}
          </>
        ) : null}
      </p>
    </div>
  );
}
