export interface OrganisationRow {
  id: string;
  kind: string;
  name: string;
  country: string;
  created_at: string;
}

export interface UserRow {
  id: string;
  organisation_id: string;
  email: string;
  name: string;
  role: string;
  language: string;
  active: boolean;
  created_at: string;
}
