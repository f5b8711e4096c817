import { Bell, Copy, FileText, Pencil, Plus, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { setLanguage } from "@/lib/i18n";
import { type Density, type Theme, useAppearance } from "@/lib/preferences";
import { AlertDialog } from "@/ui/alert-dialog";
import { Avatar } from "@/ui/avatar";
import { Badge } from "@/ui/badge";
import { Button, IconButton } from "@/ui/button";
import { Card } from "@/ui/card";
import { Checkbox } from "@/ui/checkbox";
import { Combobox } from "@/ui/combobox";
import { Dialog } from "@/ui/dialog";
import { Drawer } from "@/ui/drawer";
import { EmptyState } from "@/ui/empty-state";
import { Field } from "@/ui/field";
import { Input, Textarea } from "@/ui/input";
import { Kbd } from "@/ui/kbd";
import { BearMark, Wordmark } from "@/ui/logo";
import { Menu, MenuItem, MenuSeparator } from "@/ui/menu";
import { Notice } from "@/ui/notice";
import { PasswordInput } from "@/ui/password-input";
import { Popover } from "@/ui/popover";
import { Segmented } from "@/ui/segmented";
import { Select } from "@/ui/select";
import { Skeleton } from "@/ui/skeleton";
import { Slider } from "@/ui/slider";
import { Spinner } from "@/ui/spinner";
import { Switch } from "@/ui/switch";
import { Tabs } from "@/ui/tabs";
import { toast } from "@/ui/toast";
import { Tooltip } from "@/ui/tooltip";
import { useTitle } from "@/ui/use-title";

const FRUIT = ["Apple", "Blackberry", "Cloudberry", "Damson", "Elderberry", "Fig"].map((label) => ({
  value: label.toLowerCase(),
  label,
}));
const SWATCHES = [
  "bg-bg",
  "bg-surface",
  "bg-sunken",
  "bg-muted",
  "bg-hover",
  "bg-border",
  "bg-control",
  "bg-fg-subtle",
  "bg-fg-muted",
  "bg-fg",
  "bg-accent-soft",
  "bg-honey",
  "bg-accent",
  "bg-danger",
  "bg-warn",
  "bg-ok",
];

/** Every component in its states, for development and screenshots; not part of a release build. */
export function GalleryPage() {
  const { theme, density, setTheme, setDensity } = useAppearance();
  const [pseudo, setPseudo] = useState(false);
  const [rtl, setRtl] = useState(false);
  useTitle("Gallery");
  return (
    <main className="mx-auto grid max-w-5xl gap-10 px-5 py-10">
      <header className="flex flex-wrap items-center gap-4">
        <Wordmark className="me-auto" />
        <h1 className="sr-only">Gallery</h1>
        <Segmented<Theme>
          label="Theme"
          value={theme}
          onChange={setTheme}
          options={[
            { value: "system", label: "System" },
            { value: "light", label: "Light" },
            { value: "dark", label: "Dark" },
          ]}
        />
        <Segmented<Density>
          label="Density"
          value={density}
          onChange={setDensity}
          options={[
            { value: "comfortable", label: "Comfortable" },
            { value: "compact", label: "Compact" },
          ]}
        />
        <Checkbox
          label="Pseudo-locale"
          checked={pseudo}
          onChange={(on) => {
            setPseudo(on);
            void setLanguage(on ? "en-XA" : "en");
          }}
        />
        <Checkbox
          label="Right to left"
          checked={rtl}
          onChange={(on) => {
            setRtl(on);
            document.documentElement.dir = on ? "rtl" : "ltr";
          }}
        />
      </header>
      <Colours />
      <Buttons />
      <Forms />
      <Overlays />
      <Feedback />
    </main>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="grid gap-4">
      <h2 className="font-semibold text-lg">{title}</h2>
      <Card className="grid gap-6 p-6">{children}</Card>
    </section>
  );
}

const Row = ({ children }: { children: ReactNode }) => (
  <div className="flex flex-wrap items-center gap-3">{children}</div>
);

function Colours() {
  return (
    <Part title="Colour and type">
      <Row>
        {SWATCHES.map((name) => (
          <Tooltip key={name} label={name}>
            <button
              type="button"
              aria-label={name}
              className={`size-11 rounded-md border border-border ${name}`}
            />
          </Tooltip>
        ))}
      </Row>
      <Row>
        {["size-4", "size-6", "size-9", "size-14", "size-20"].map((size) => (
          <BearMark key={size} className={size} />
        ))}
      </Row>
      <div>
        <p className="font-semibold text-display">Display</p>
        <p className="font-semibold text-xl">Title 28: the quick brown bear</p>
        <p className="font-semibold text-lg">Heading 20: the quick brown bear</p>
        <p>Body 16: the quick brown bear jumps over the lazy dog.</p>
        <p className="text-sm">Small 14: the quick brown bear jumps over the lazy dog.</p>
        <p className="text-fg-muted text-meta">Meta 13: muted words beside a thing.</p>
        <p className="font-mono text-meta">Mono 13: const bear = "kuma";</p>
      </div>
    </Part>
  );
}

function Buttons() {
  return (
    <Part title="Buttons">
      <Row>
        <Button variant="primary">Primary</Button>
        <Button>Secondary</Button>
        <Button variant="ghost">Ghost</Button>
        <Button variant="danger">Danger</Button>
        <Button variant="link">Link</Button>
        <Button variant="primary" loading>
          Saving
        </Button>
        <Button disabled>Disabled</Button>
      </Row>
      <Row>
        <Button size="sm">Small</Button>
        <Button>Medium</Button>
        <Button size="lg">Large</Button>
        <IconButton label="Add" keys="mod+n">
          <Plus aria-hidden />
        </IconButton>
        <IconButton label="Copy" variant="secondary">
          <Copy aria-hidden />
        </IconButton>
        <IconButton label="Edit" size="sm">
          <Pencil aria-hidden />
        </IconButton>
        <Kbd keys="mod+shift+o" />
        <Spinner label="Working" />
      </Row>
      <Row>
        <Badge>Neutral</Badge>
        <Badge tone="accent">Accent</Badge>
        <Badge tone="ok" dot>
          Working
        </Badge>
        <Badge tone="warn">Demo</Badge>
        <Badge tone="danger" dot>
          Failed
        </Badge>
        <Avatar name="Ada Lovelace" size="sm" />
        <Avatar name="Ada Lovelace" />
        <Avatar name="熊" size="lg" />
      </Row>
    </Part>
  );
}

function Forms() {
  const [fruit, setFruit] = useState<string | null>("fig");
  const [on, setOn] = useState(true);
  const [heat, setHeat] = useState(0.7);
  const [tab, setTab] = useState<"one" | "two">("one");
  return (
    <Part title="Forms">
      <div className="grid gap-6 sm:grid-cols-2">
        <Field label="Name" help="What Kuma should call you." aside="optional">
          <Input placeholder="Ada" />
        </Field>
        <Field label="Email" error="This doesn't look like an email address.">
          <Input defaultValue="ada@" />
        </Field>
        <Field label="Password">
          <PasswordInput defaultValue="correct horse" />
        </Field>
        <Field label="Read only">
          <Input readOnly value="ada@example.com" />
        </Field>
        <Field label="Select">
          <Select options={FRUIT} value={fruit} onChange={setFruit} />
        </Field>
        <Field label="Combobox">
          <Combobox options={FRUIT} value={fruit} onChange={setFruit} placeholder="Type to find" />
        </Field>
        <Field label="Instructions" className="sm:col-span-2">
          <Textarea placeholder="Grows with what you write" />
        </Field>
        <Switch checked={on} onChange={setOn} label="Memory" help="Kuma remembers what you tell it." />
        <Slider
          label="Temperature"
          min={0}
          max={2}
          step={0.1}
          value={heat}
          onChange={setHeat}
          format={{ minimumFractionDigits: 1 }}
        />
        <Checkbox checked={on} onChange={setOn} label="I have read this" />
        <Tabs
          label="Tabs"
          value={tab}
          onChange={setTab}
          tabs={[
            { value: "one", label: "One", content: <p className="text-sm">First panel</p> },
            { value: "two", label: "Two", content: <p className="text-sm">Second panel</p> },
          ]}
        />
      </div>
    </Part>
  );
}

function Overlays() {
  const [open, setOpen] = useState<"dialog" | "alert" | "drawer" | null>(null);
  const close = (next: boolean) => !next && setOpen(null);
  return (
    <Part title="Overlays">
      <Row>
        <Button onClick={() => setOpen("dialog")}>Dialog</Button>
        <Button onClick={() => setOpen("alert")}>Alert dialog</Button>
        <Button onClick={() => setOpen("drawer")}>Drawer</Button>
        <Menu trigger={<Button>Menu</Button>}>
          <MenuItem icon={<Pencil aria-hidden />}>Rename</MenuItem>
          <MenuItem icon={<Copy aria-hidden />} keys="mod+c">
            Copy
          </MenuItem>
          <MenuSeparator />
          <MenuItem icon={<Trash2 aria-hidden />} tone="danger">
            Delete
          </MenuItem>
        </Menu>
        <Popover trigger={<Button>Popover</Button>} title="Context" showTitle>
          <p className="text-fg-muted text-sm">Something about the thing it belongs to.</p>
        </Popover>
        <Tooltip label="A tooltip" keys="mod+k">
          <Button>Tooltip</Button>
        </Tooltip>
        <Button
          onClick={() => toast("Chat deleted", { action: { label: "Undo", onClick: () => undefined } })}
        >
          Toast
        </Button>
      </Row>
      <Dialog
        open={open === "dialog"}
        onOpenChange={close}
        title="Rename chat"
        description="A short name finds it again."
        footer={
          <Button variant="primary" onClick={() => setOpen(null)}>
            Save
          </Button>
        }
      >
        <Field label="Name">
          <Input defaultValue="Bears in winter" />
        </Field>
      </Dialog>
      <AlertDialog
        open={open === "alert"}
        onOpenChange={close}
        title="Delete this chat?"
        description="It is erased with all its messages. This can't be undone."
        confirmLabel="Delete"
        onConfirm={() => setOpen(null)}
      />
      <Drawer open={open === "drawer"} onOpenChange={close} title="Drawer">
        <p className="p-6">From the edge.</p>
      </Drawer>
    </Part>
  );
}

function Feedback() {
  return (
    <Part title="Feedback">
      <Notice title="For your information">Notices stand in the page and say something about it.</Notice>
      <Notice tone="ok" title="It worked" />
      <Notice tone="warn" title="Demo model">
        Answers are often wrong.
      </Notice>
      <Notice tone="danger" title="The key was refused" action={<Button size="sm">Try again</Button>}>
        OpenAI answered 401. Check that the key was copied whole and is still valid.
      </Notice>
      <div className="grid gap-3">
        <Skeleton className="h-4 w-3/4" />
        <Skeleton className="h-4 w-1/2" />
      </div>
      <EmptyState
        icon={<FileText />}
        title="No documents yet"
        description="Add a file and ask about what is in it."
        action={
          <Button variant="primary">
            <Bell aria-hidden />
            Add one
          </Button>
        }
      />
    </Part>
  );
}
